'use strict'
const Koa = require('koa')
const Router = require('@koa/router')
const { createSession } = require('koa-session')
const ejs = require('ejs')
const shared = require('./shared.js')

const app = new Koa()
const router = new Router()
const template = ejs.compile(shared.PAGE)
app.keys = [shared.SECRET]
const body = async (request) => {
  const parts = []
  for await (const part of request) parts.push(part)
  return JSON.parse(Buffer.concat(parts).toString())
}
const kinds = {
  json: async (ctx) => { ctx.body = shared.order(await body(ctx.req)) },
  page: async (ctx) => { ctx.type = 'html'; ctx.body = template({ title: 'articles', rows: shared.rows() }) },
  cached: async (ctx) => { ctx.body = shared.lookUp() },
  session: async (ctx) => { ctx.body = shared.visit(ctx.session) }
}
kinds.mix = (ctx) => kinds[shared.pick()](ctx)
app.use(async (ctx, next) => { shared.countRequest(); await next() })
app.use(createSession(app))
for (const [name, answer] of Object.entries(kinds)) router.post(`/${name}`, answer)
router.get('/ready', (ctx) => { ctx.body = 'yes' })
app.use(router.routes())
app.listen(Number(process.argv[2]), '127.0.0.1')
