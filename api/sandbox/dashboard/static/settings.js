/* What belongs to the whole workspace: sources, addresses, payment, profile; and the demo's inbox. */

import * as back from './back.js';
import { facts } from './campaigns.js';
import { el, field, icon, spoken } from './dom.js';
import { mendedHere, panels } from './panels.js';

const part = (found) => (Array.isArray(found) ? found : []);

function page(app, key, lead, here, parts) {
  const { say } = app.words;
  const findings = mendedHere(app, here);
  return { title: say(key), parts: [
    ['head', '', () => el('div', { class: 'head' }, el('h1', { tabindex: '-1' }, say(key)), el('p', {}, say(lead)))],
    findings.some((one) => one.status !== 'pass') && ['panels', findings, () => panels(app, findings, here)],
    ...parts,
  ] };
}

export function integrations(app) {
  const { say, when } = app.words;
  const sources = part(app.workspace.account.sources);
  const row = (one) => el('li', { class: 'item' },
    el('span', { class: 'sign', 'data-status': one.status === 'connected' ? 'pass' : one.status === 'error' ? 'fail' : 'blocked' },
      icon(one.status === 'connected' ? 'pass' : one.status === 'error' ? 'fail' : 'blocked', 18)),
    el('div', { class: 'grow' }, el('p', {}, el('strong', {}, one.name), ` · ${one.type.toUpperCase() === 'CSV' ? 'CSV' : one.type === 'api' ? 'API' : one.type.charAt(0).toUpperCase() + one.type.slice(1)}`),
      el('p', { class: 'quiet' }, [say(one.status), say('customers', { n: one.customers }),
        one.syncing ? say('syncing') : ['csv', 'api'].includes(one.type) ? null
          : one.last_sync_at ? say('synced', { when: when(one.last_sync_at) }) : say('never')].filter(Boolean).join(' · '))),
    ['billbee', 'shopify'].includes(one.type) && one.status === 'connected' ? el('button', { class: 'button small', type: 'button',
      disabled: one.syncing, on: { click: () => app.act(() => back.change(app.merchant, { kind: 'sync_source', source_id: one.id }), say('saved')) } },
    say('sync'), spoken(`: ${one.name}`)) : null,
    one.type === 'csv' ? el('button', { class: 'button small', type: 'button', on: { click: () => app.act(
      () => back.change(app.merchant, { kind: 'remove_source', source_id: one.id }), say('saved')) } }, say('remove'), spoken(`: ${one.name}`)) : null);
  return page(app, 'integrations', 'sources_lead', '/integrations', [
    ['list', sources, () => el('section', { class: 'card' }, sources.length ? el('ul', { class: 'items' }, sources.map(row)) : el('p', {}, say('no_sources')))],
    ['import', '', () => importing(app)],
  ]);
}

function importing(app) {
  const { say } = app.words;
  const input = el('input', { type: 'file', accept: '.csv,.tsv,.txt', hidden: true, 'aria-label': say('choose'), on: { change: () => {
    const [file] = input.files;
    input.value = '';
    if (file) app.act(() => back.customers(app.merchant, file), (came) => [say('imported', { n: came.imported }),
      came.left_out ? say('left_out', { n: came.left_out }) : ''].filter(Boolean).join(', '));
  } } });
  return el('section', { class: 'card' }, el('h2', {}, say('import')), el('p', { class: 'quiet' }, say('import_note')), input,
    el('button', { class: 'button', type: 'button', on: { click: () => input.click() } }, say('choose')),
    el('p', { class: 'quiet small-print' }, say('shops_note')));
}

export function addresses(app) {
  const { say } = app.words;
  const all = part(app.workspace.account.sender_addresses);
  const open = app.workspace.account.campaigns.filter((one) => one.state !== 'ended');
  const row = (one) => el('li', { class: 'item' },
    el('address', { class: 'envelope grow' }, [one.company, one.name, one.extra, [one.street, one.house_number].filter(Boolean).join(' '),
      [one.postal_code, one.city].filter(Boolean).join(' ')].filter(Boolean).map((line) => el('span', {}, line))),
    el('div', { class: 'stack' }, open.map((c) => (c.sender_address_id === one.id
      ? el('span', { class: 'tag chosen' }, say('chosen_for', { name: c.name }))
      : el('button', { class: 'button small', type: 'button', on: { click: () => app.act(() => back.change(app.merchant,
        { kind: 'choose_sender_address', campaign_id: c.id, address_id: one.id }), say('saved')) } }, say('choose_for', { name: c.name })))),
    el('button', { class: 'button small', type: 'button', on: { click: () => app.act(() => back.change(app.merchant,
      { kind: 'remove_sender_address', address_id: one.id }), say('saved')) } }, say('remove'), spoken(`: ${one.street ?? ''}`))));
  return page(app, 'addresses', 'addresses_lead', '/sender-addresses', [
    ['list', [all, open.map((one) => one.sender_address_id)], () => el('section', { class: 'card' },
      all.length ? el('ul', { class: 'items' }, all.map(row)) : el('p', {}, say('no_addresses')))],
    ['add', all.length, () => adding(app)],
  ]);
}

function adding(app) {
  const { say } = app.words;
  const save = (event) => {
    event.preventDefault();
    const value = (name) => event.target.elements[name].value.trim() || null;
    const only = app.workspace.account.campaigns.filter((one) => ['draft', 'paused'].includes(one.state));
    app.act(() => back.change(app.merchant, { kind: 'add_sender_address',
      address: { id: '', name: null, company: value('who'), extra: value('extra'), street: value('street'), house_number: value('number'),
        postal_code: value('code'), city: value('city'), country: 'DE' },
      campaign_id: only.length === 1 ? only[0].id : null }), say('saved'));
  };
  return el('form', { class: 'card', novalidate: true, on: { submit: save } }, el('h2', {}, say('add')), el('div', { class: 'fields address' },
    field(say('who'), { name: 'who', autocomplete: 'organization' }), field(say('extra'), { name: 'extra' }),
    field(say('street'), { name: 'street', autocomplete: 'address-line1' }), field(say('number'), { name: 'number' }),
    field(say('code'), { name: 'code', inputmode: 'numeric', autocomplete: 'postal-code' }), field(say('city'), { name: 'city', autocomplete: 'address-level2' })),
  el('button', { class: 'button primary', type: 'submit' }, say('save')));
}

export function billing(app) {
  const { say } = app.words;
  const payment = app.payment;
  const methods = part(payment?.methods).filter((one) => !one.detached);
  const name = (one) => [one.brand ? one.brand.charAt(0).toUpperCase() + one.brand.slice(1) : say(one.type === 'sepa_debit' ? 'sepa_debit' : 'card'),
    one.last4 ? `•••• ${one.last4}` : ''].join(' ');
  const row = (one) => el('li', { class: 'item' }, el('span', { class: 'sign' }, icon('billing', 18)),
    el('div', { class: 'grow' }, el('p', {}, el('strong', {}, name(one)), one.id === payment.default_method_id ? el('span', { class: 'tag chosen' }, say('default')) : null),
      el('p', { class: 'quiet' }, one.exp_month ? say('expires', { when: `${String(one.exp_month).padStart(2, '0')}/${one.exp_year}` })
        : one.mandate ? say('mandate', { state: one.mandate }) : '')));
  const go = (which) => app.act(() => back.stripe(app.merchant, which).then((url) => location.assign(url)), '');
  return page(app, 'billing', 'billing_lead', '/billing', [
    ['list', payment, () => el('section', { class: 'card' },
      payment === undefined ? el('p', { class: 'quiet' }, say('loading'))
        : payment?.unknown ? el('p', {}, say('silent'))
          : methods.length ? el('ul', { class: 'items' }, methods.map(row)) : el('p', {}, say('no_methods')),
      payment?.billing_status === 'overdue' ? el('p', { class: 'bad' }, say('overdue')) : null,
      el('div', { class: 'buttons' },
        el('button', { class: 'button primary', type: 'button', on: { click: () => go('checkout') } }, say('add_method')),
        methods.length ? el('button', { class: 'button', type: 'button', on: { click: () => go('portal') } }, say('manage')) : null))],
  ]);
}

export function profile(app) {
  const { say } = app.words;
  const known = app.workspace.account.profile ?? {};
  const more = part(known.required);
  const save = (event) => {
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, String(value)]));
    const before = { company_name: known.company_name, phone: known.phone, ...known.extra };
    const changed = Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== (before[name] ?? '')));
    app.act(() => back.change(app.merchant, { kind: 'set_profile', fields: changed }), say('saved'));
  };
  return page(app, 'profile', 'profile_lead', '/settings/profile', [
    ['form', known, () => el('form', { class: 'card', novalidate: true, on: { submit: save } }, el('div', { class: 'fields' },
      field(say('company'), { name: 'company_name', autocomplete: 'organization', value: known.company_name ?? '' }),
      field(say('phone'), { name: 'phone', type: 'tel', autocomplete: 'tel', value: known.phone ?? '' }),
      more.map((name) => field(name, { name, value: known.extra?.[name] ?? '' }))),
    facts([[say('email'), app.workspace.merchant.email]]),
    el('button', { class: 'button primary', type: 'submit' }, say('save')))],
  ]);
}

export function inbox(app) {
  const { say, when } = app.words;
  const mails = app.mails;
  return { title: say('inbox'), parts: [
    ['head', '', () => el('div', { class: 'head' }, el('h1', { tabindex: '-1' }, say('inbox')), el('p', {}, say('inbox_lead')))],
    ['list', mails, () => (mails?.length ? el('ul', { class: 'cards' }, mails.map((mail) => el('li', { class: 'card mail' },
      el('h2', {}, mail.subject), el('p', { class: 'quiet' }, `${say('to', { who: mail.to })} · ${when(mail.sent_at)}`),
      el('p', { class: 'mail-text' }, mail.text)))) : el('p', { class: 'quiet' }, say(mails ? 'no_mail' : 'loading')))],
  ] };
}
