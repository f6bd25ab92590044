/* The Dashboard's back end. */

export class Refused extends Error {
  constructor(status, { code = 'error', facts = {} }) {
    super(code);
    this.status = status;
    this.code = code;
    this.facts = facts;
  }
}

async function call(path, { method = 'GET', body, raw } = {}) {
  const response = await fetch(`/demo${path}`, {
    method,
    headers: raw || body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  const told = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(response.status, told);
  return told;
}

const of = (merchant) => `/merchants/${encodeURIComponent(merchant)}`;
const key = () => crypto.randomUUID();

export const merchants = () => call('/merchants');
export const inbox = () => call('/inbox');
export const identity = (merchant) => call(`${of(merchant)}/identity`).then((one) => one.identity);
export const workspace = (merchant) => call(`${of(merchant)}/workspace`);
export const payment = (merchant) => call(`${of(merchant)}/payment`).then((one) => one.payment);
export const report = (merchant, campaign, lang) => call(
  `/report/${encodeURIComponent(merchant)}/${encodeURIComponent(campaign)}?lang=${lang}`);
export const change = (merchant, what) => call(`${of(merchant)}/changes`, {
  method: 'POST', body: { key: key(), change: what } });
export const customers = (merchant, file) => call(
  `${of(merchant)}/customers?name=${encodeURIComponent(file.name)}`, { method: 'POST', raw: file });
export const launch = (merchant, campaign, terms) => call(
  `${of(merchant)}/campaigns/${encodeURIComponent(campaign)}/launch`, {
    method: 'POST', body: { key: key(), terms } });
export const stripe = (merchant, page) => call(`${of(merchant)}/stripe`, {
  method: 'POST', body: { page } }).then((one) => one.url);
