'use strict'
const express = require('express')
const session = require('cookie-session')
const ejs = require('ejs')
const shared = require('./shared.js')

const app = express()
const template = ejs.compile(shared.PAGE)
app.use((request, answer, next) => { shared.countRequest(); next() })
app.use(express.json())
app.use(session({ name: 'session', keys: [shared.SECRET] }))
const kinds = {
  json: (request, answer) => answer.json(shared.order(request.body)),
  page: (request, answer) => answer.send(template({ title: 'articles', rows: shared.rows() })),
  cached: (request, answer) => answer.json(shared.lookUp()),
  session: (request, answer) => answer.json(shared.visit(request.session))
}
kinds.mix = (request, answer) => kinds[shared.pick()](request, answer)
for (const [name, answerIt] of Object.entries(kinds)) app.post(`/${name}`, answerIt)
app.get('/ready', (request, answer) => answer.send('yes'))
app.listen(Number(process.argv[2]), '127.0.0.1')
