/* A report as a card: six rows, each with its state in a sign, a colour and a word. */

import { el, icon, spoken } from './dom.js';

const GREEN = ['pass', 'warn'];
const CHECKS = ['company_profile', 'payment_method', 'sender_address', 'recipients', 'template', 'budget'];

/** How many of the report's conditions hold. */
export const met = (report) => report.findings.filter((one) => GREEN.includes(one.status)).length;

/** The card of a report; `name` is what was checked, `anchor(url, children)` makes a link. */
export function card(report, name, { words, anchor }) {
  const total = report.findings.length;
  const open = report.findings.filter((one) => ['fail', 'blocked'].includes(one.status)).length;
  const verdict = report.verdict === 'ready' ? words.say('ready')
    : report.verdict === 'blocked' ? words.say('to_fix', { n: open }) : words.say('not_known');
  return el('section', { class: 'card', 'data-verdict': report.verdict, 'aria-label': name || verdict },
    el('div', { class: 'card-head' },
      el('p', { class: 'card-name' }, name || verdict),
      el('p', { class: 'card-verdict' }, name ? verdict : ''),
      el('div', { class: 'meter', role: 'img', 'aria-label': words.say('card', { n: met(report), total }) },
        ...report.findings.map((one) => el('span', { 'data-status': one.status })))),
    el('ul', { class: 'rows' }, ...report.findings.map((one) => row(one, { words, anchor }))));
}

function row(finding, { words, anchor }) {
  const bad = !['pass'].includes(finding.status);
  const link = bad && finding.fix?.url ? anchor(finding.fix.url, [finding.fix.label]) : null;
  return el('li', { 'data-status': finding.status, 'data-check': finding.check },
    el('span', { class: 'state' }, icon(finding.status, 16)),
    el('div', {},
      el('p', { class: 'row-title' }, finding.title, spoken(`: ${words.say(finding.status)}.`)),
      finding.detail ? el('p', { class: 'row-detail' }, finding.detail) : null,
      link ? el('p', { class: 'row-link' }, link) : null));
}

/** The card while the conditions are looked at for the first time. */
export function running({ words }) {
  return el('section', { class: 'card running', 'aria-label': words.say('checking') },
    el('div', { class: 'card-head' }, el('p', { class: 'card-name' }, words.say('checking')),
      el('div', { class: 'meter', 'aria-hidden': 'true' }, ...CHECKS.map(() => el('span')))),
    el('ul', { class: 'rows' }, ...CHECKS.map((check) => el('li', { 'data-status': 'running' },
      el('span', { class: 'state' }),
      el('div', {}, el('p', { class: 'row-title' }, words.say(check), spoken(`: ${words.say('running')}`)))))));
}
