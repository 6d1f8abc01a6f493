// What the Node apps have in common: how much of what a run of them does, drawn from its seed, and the mistake of a leaking twin.
'use strict'
const crypto = require('node:crypto')

let state = crypto.createHash('sha256').update(process.env.SEED).digest()
const draw = (choices) => {
  state = crypto.createHash('sha256').update(state).digest()
  return choices[state[0] % choices.length]
}
const ROWS = draw([10, 25, 60, 120])
const FIELDS = draw([3, 10, 30])
const CACHE = draw([32, 64, 128, 256])
const KEYS = CACHE * 3
// Bytes kept of each request for ever; 0 in a healthy one. An entry of the Map and the head of the array cost about 80.
const LEAK = Number(process.env.LEAK || 0)
const kept = new Map()
let serial = 0
const cache = new Map()

const below = (n) => Math.floor(Math.random() * n)
const rows = () => Array.from({ length: ROWS }, (_, id) => ({ id, name: `article ${below(1e6)}`, price: Math.random() * 100 }))

function order (asked) {
  const lines = Array.from({ length: FIELDS }, (_, count) => ({ sku: Math.random().toString(36), count, price: Math.round(Math.random() * 9000) / 100 }))
  return { for: asked.user || '-', items: asked.items || [], lines, sum: lines.reduce((all, line) => all + line.price, 0) }
}

function lookUp () {
  const key = below(KEYS)
  let value = cache.get(key)
  if (value) {
    cache.delete(key)
  } else {
    if (cache.size >= CACHE) cache.delete(cache.keys().next().value)
    value = { key, text: `${key} `.repeat(40), stock: Array.from({ length: 20 }, Math.random) }
  }
  cache.set(key, value)
  return value
}

function visit (session) {
  session.visits = (session.visits || 0) + 1
  session.last = crypto.randomBytes(16).toString('hex')
  return { visits: session.visits }
}

function countRequest () {
  if (LEAK) kept.set(serial++, new Array(Math.max(1, Math.floor((LEAK - 80) / 8))).fill(Math.random()))
}

const pick = () => ['json', 'page', 'cached', 'session'][below(4)]
const PAGE = `<!doctype html><title><%= title %></title><h1><%= title %></h1><table>
<% for (const row of rows) { %><tr><td><%= row.id %></td><td><%= row.name %></td><td><%= row.price %></td></tr>
<% } %></table>`

module.exports = { rows, order, lookUp, visit, countRequest, pick, PAGE, SECRET: 'a secret of this test' }
