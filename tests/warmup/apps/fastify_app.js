'use strict'
const fastify = require('fastify')({ logger: false })
const ejs = require('ejs')
const shared = require('./shared.js')

const item = { type: 'object', properties: { sku: { type: 'string' }, count: { type: 'integer' }, price: { type: 'number' } } }
const schema = {
  body: { type: 'object', required: ['user'], properties: { user: { type: 'string' }, items: { type: 'array', items: { type: 'integer' } } } },
  response: { 200: { type: 'object', properties: { for: { type: 'string' }, items: { type: 'array', items: { type: 'integer' } }, lines: { type: 'array', items: item }, sum: { type: 'number' } } } }
}
fastify.register(require('@fastify/cookie'), { secret: shared.SECRET })
fastify.register(require('@fastify/view'), { engine: { ejs } })
fastify.addHook('onRequest', async () => shared.countRequest())

const page = ejs.compile(shared.PAGE)
const kinds = {
  json: async (request) => shared.order(request.body),
  page: async (request, reply) => reply.type('text/html').send(page({ title: 'articles', rows: shared.rows() })),
  cached: async () => shared.lookUp(),
  session: async (request, reply) => {
    const cookie = request.cookies.session && request.unsignCookie(request.cookies.session)
    const session = cookie && cookie.valid ? JSON.parse(cookie.value) : {}
    const answer = shared.visit(session)
    reply.setCookie('session', JSON.stringify(session), { signed: true, path: '/' })
    return answer
  }
}
fastify.post('/json', { schema }, kinds.json)
for (const name of ['page', 'cached', 'session']) fastify.post(`/${name}`, kinds[name])
fastify.post('/mix', (request, reply) => kinds[shared.pick()](request, reply))
fastify.get('/ready', async () => 'yes')
fastify.listen({ port: Number(process.argv[2]), host: '127.0.0.1' })
