/* The pages by their address. Each is a list of parts: [key, the data it shows, how it is drawn]. */

import { campaign, campaigns } from './campaigns.js';
import { el } from './dom.js';
import { addresses, billing, inbox, integrations, profile } from './settings.js';

export function pages(app, path) {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  if (!parts.length || (parts[0] === 'campaigns' && parts.length === 1)) return campaigns(app);
  if (parts[0] === 'campaigns') {
    const one = app.workspace.account.campaigns.find((found) => found.id === parts[1]);
    const tab = parts[2] || 'overview';
    if (one && ['overview', 'template', 'budget'].includes(tab)) return campaign(app, one, tab);
  }
  if (path === '/integrations') return integrations(app);
  if (path === '/sender-addresses') return addresses(app);
  if (path === '/billing') return billing(app);
  if (path === '/settings/profile') return profile(app);
  if (path === '/inbox') return inbox(app);
  return missing(app);
}

function missing(app) {
  const { say } = app.words;
  return { title: say('missing'), parts: [['missing', '', () => el('div', { class: 'head' },
    el('h1', { tabindex: '-1' }, say('missing')), el('p', {}, el('a', { href: '/campaigns' }, say('home'))))]] };
}

