/* The yellow and red panels, and what a campaign lacks: all of it from the assistant's report. */

import { el, icon } from './dom.js';

const ORDER = ['fail', 'blocked', 'unknown', 'warn'];

/** Panels of these findings, the worst first. `here` is the page that they need not link to. */
export function panels(app, findings, here) {
  const wanted = findings.filter((one) => one.status !== 'pass')
    .sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  if (!wanted.length) return null;
  return el('ul', { class: 'panels' }, wanted.map((one) => el('li', { class: 'panel', 'data-status': one.status, 'data-check': one.check },
    el('span', { class: 'sign' }, icon(one.status, 18)),
    el('div', {},
      el('p', { class: 'panel-title' }, el('strong', {}, one.title), ` · ${app.words.say(one.status)}`),
      el('p', {}, one.detail)),
    one.fix?.url && path(one.fix.url) !== here ? el('a', { class: 'button small', href: one.fix.url }, one.fix.label) : null)));
}

/** Findings of any campaign that are mended on this page, each check once. */
export function mendedHere(app, here) {
  const found = new Map();
  for (const report of Object.values(app.reports)) {
    for (const one of report.findings) {
      if (one.fix?.url && path(one.fix.url) === here && !found.has(one.check)) found.set(one.check, one);
    }
  }
  return [...found.values()];
}

/** What stands on a campaign's badge: its standing and the words for it. */
export function standing(app, campaign, report) {
  const { say } = app.words;
  if (campaign.state === 'ended') return ['none', say('over')];
  if (!report) return ['none', say('loading')];
  if (report.verdict === 'blocked') {
    const n = report.findings.filter((one) => ['fail', 'blocked'].includes(one.status)).length;
    return ['fail', say('to_fix', { n })];
  }
  if (report.verdict === 'unknown') return ['unknown', say('unknown_verdict')];
  return ['pass', say(campaign.state === 'active' ? 'running' : 'ready')];
}

/** Why the campaign cannot be launched, or null if it can. */
export function reason(app, campaign, report) {
  const { say, list } = app.words;
  if (campaign.state === 'active') return say('why_state');
  if (campaign.state === 'ended') return say('why_ended');
  if (!report) return say('loading');
  if (report.verdict === 'ready') return null;
  const missing = report.findings.filter((one) => ['fail', 'blocked'].includes(one.status));
  const names = (missing.length ? missing : report.findings.filter((one) => one.status === 'unknown')).map((one) => one.title);
  return say(missing.length ? 'why' : 'why_unknown', { names: list(names) });
}

const path = (url) => new URL(url, location.href).pathname;
