/* Campaigns: the list, and one with its tabs, its panels and its launch button. */

import * as back from './back.js';
import { el, field, icon } from './dom.js';
import { panels, reason, standing } from './panels.js';
import { cents } from './words.js';

const TABS = ['overview', 'template', 'budget'];

export function campaigns(app) {
  const { say } = app.words;
  const all = app.workspace.account.campaigns;
  return { title: say('campaigns'), parts: [
    ['head', '', () => el('div', { class: 'head' }, el('h1', { tabindex: '-1' }, say('campaigns')), el('p', {}, say('lead')))],
    ['list', [all, app.reports], () => (all.length ? el('ul', { class: 'cards' }, all.map((one) => summary(app, one)))
      : el('p', { class: 'quiet' }, say('none')))],
  ] };
}

function summary(app, one) {
  const { say } = app.words;
  const report = app.reports[one.id];
  const [look, text] = standing(app, one, report);
  return el('li', { class: 'campaign' },
    el('div', { class: 'row' }, el('h2', {}, el('a', { href: `/campaigns/${encodeURIComponent(one.id)}` }, one.name)),
      el('span', { class: 'tag' }, say(one.state)), el('span', { class: 'tag plain' }, say(one.type))),
    el('p', { class: 'standing', 'data-status': look }, icon(look === 'none' ? 'blocked' : look, 18), text),
    report && one.state !== 'ended' ? el('ul', { class: 'dots' }, report.findings.map((finding) => el('li', { 'data-status': finding.status },
      icon(finding.status, 14), finding.title))) : null);
}

export function campaign(app, one, tab) {
  const { say } = app.words;
  const report = app.reports[one.id];
  const account = app.workspace.account;
  const base = `/campaigns/${encodeURIComponent(one.id)}`;
  const bodies = { overview: [[one, account.templates, account.sender_addresses], () => overview(app, one)],
    template: [[one.template_id, one.state, account.templates], () => template(app, one)],
    budget: [[one.budget, one.letter_price, one.state], () => budget(app, one)] };
  return { title: one.name, parts: [
    ['head', [one, report?.verdict, reason(app, one, report)], () => head(app, one, report)],
    report && one.state !== 'ended' && report.findings.some((f) => f.status !== 'pass')
      && ['panels', [report.findings, tab], () => panels(app, report.findings, tab === 'overview' ? base : `${base}/${tab}`)],
    ['tabs', tab, () => el('nav', { class: 'tabs', 'aria-label': one.name }, el('ul', {}, TABS.map((name) => el('li', {},
      el('a', { href: name === 'overview' ? base : `${base}/${name}`, 'aria-current': name === tab ? 'page' : null }, say(name))))))],
    [`body-${tab}`, ...bodies[tab]],
  ] };
}

function head(app, one, report) {
  const { say } = app.words;
  const why = reason(app, one, report);
  const [look] = standing(app, one, report);
  return el('div', { class: 'head campaign-head' },
    el('div', { class: 'row' }, el('h1', { tabindex: '-1' }, one.name), el('span', { class: 'tag', 'data-state': one.state }, say(one.state))),
    el('div', { class: 'launch', 'data-status': look },
      one.state === 'draft' || one.state === 'paused' ? el('button', { class: 'button primary', id: 'launch', type: 'button', disabled: why !== null,
        'aria-describedby': 'launch-why', on: { click: () => confirm(app, one) } }, say(one.state === 'paused' ? 'resume' : 'launch')) : null,
      el('p', { id: 'launch-why' }, why ?? say('all_fine'))));
}

function confirm(app, one) {
  const { say, money, number } = app.words;
  const dialog = el('dialog', { 'aria-labelledby': 'confirm-title', on: { close: () => dialog.remove() } },
    el('h2', { id: 'confirm-title' }, say('confirm', { name: one.name })),
    facts([[say('recipients'), one.matching_recipients === null ? '–' : number(one.matching_recipients)],
      [say('price'), one.letter_price === null ? '–' : money(one.letter_price, one.currency)],
      [say('daily'), one.budget?.daily ? money(one.budget.daily) : '–'],
      [say('total'), one.budget?.total ? money(one.budget.total) : '–']]),
    el('p', { class: 'quiet' }, say('confirm_note')),
    el('div', { class: 'buttons' },
      el('button', { class: 'button', type: 'button', on: { click: () => dialog.close() } }, say('cancel')),
      el('button', { class: 'button primary', type: 'button', on: { click: () => {
        dialog.close();
        app.act(() => back.launch(app.merchant, one.id, terms(one)), say('launched'));
      } } }, say('yes_launch'))));
  document.body.append(dialog);
  dialog.showModal();
}

const terms = (one) => ({ state: one.state, letter_price: one.letter_price, recipients: one.matching_recipients,
  template_id: one.template_id, sender_address_id: one.sender_address_id, daily: one.budget?.daily ?? null, total: one.budget?.total ?? null });

export const facts = (pairs) => el('dl', { class: 'facts' }, pairs.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));

function overview(app, one) {
  const { say, money, number } = app.words;
  const account = app.workspace.account;
  const list = (part) => (Array.isArray(part) ? part : []);
  const template = list(account.templates).find((t) => t.id === one.template_id);
  const sender = list(account.sender_addresses).find((a) => a.id === one.sender_address_id);
  return el('section', { class: 'card' }, facts([
    [say('recipients'), one.matching_recipients === null ? say('not_set') : number(one.matching_recipients)],
    [say('price'), one.letter_price === null ? say('not_set') : money(one.letter_price, one.currency)],
    [say('chosen_template'), template?.name ?? say('not_set')],
    [say('sender'), sender ? [sender.company || sender.name, sender.city].filter(Boolean).join(', ') : say('not_set')],
    [say('daily'), one.budget?.daily ? money(one.budget.daily) : say('not_set')],
    [say('total'), one.budget?.total ? money(one.budget.total) : say('not_set')],
    ...(one.budget?.spent ? [[say('spent'), money(one.budget.spent)]] : []),
  ]));
}

function template(app, one) {
  const { say } = app.words;
  const all = Array.isArray(app.workspace.account.templates) ? app.workspace.account.templates : [];
  return el('section', { class: 'card' }, el('p', { class: 'quiet' }, say('template_lead')),
    all.length ? el('ul', { class: 'templates' }, all.map((found) => el('li', { 'data-chosen': String(found.id === one.template_id) },
      el('span', { class: 'sheet', 'aria-hidden': 'true' }),
      el('div', {}, el('p', {}, el('strong', {}, found.name)), el('span', { class: 'tag' }, say(`t_${found.status}`)),
        found.id === one.template_id ? el('span', { class: 'tag chosen' }, say('used'))
          : found.status === 'ready' && one.state !== 'ended' ? el('button', { class: 'button small', type: 'button', on: { click: () => app.act(
            () => back.change(app.merchant, { kind: 'assign_template', campaign_id: one.id, template_id: found.id }), say('saved')) } },
          say('use')) : null)))) : el('p', {}, say('no_templates')));
}

function budget(app, one) {
  const { say } = app.words;
  const shown = (amount) => (amount ? new Intl.NumberFormat(app.words.language, { minimumFractionDigits: amount % 100 ? 2 : 0, useGrouping: false }).format(amount / 100) : '');
  const save = (event) => {
    event.preventDefault();
    const [daily, total] = ['daily', 'total'].map((name) => cents(event.target.elements[name].value));
    if ([daily, total].some(Number.isNaN)) {
      app.tell(say('r_amount'), true);
      return;
    }
    app.act(() => back.change(app.merchant, { kind: 'set_budget', campaign_id: one.id, daily, total }), say('saved'));
  };
  return el('form', { class: 'card', novalidate: true, on: { submit: save } }, el('p', { class: 'quiet' }, say('budget_lead')),
    el('div', { class: 'fields' },
      field(say('daily'), { name: 'daily', inputmode: 'decimal', value: shown(one.budget?.daily) }, { hint: say('daily_hint'), suffix: '€' }),
      field(say('total'), { name: 'total', inputmode: 'decimal', value: shown(one.budget?.total) }, { hint: say('total_hint'), suffix: '€' })),
    el('button', { class: 'button primary', type: 'submit', disabled: one.state === 'ended' }, say('save')));
}
