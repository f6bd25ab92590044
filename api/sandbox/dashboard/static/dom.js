/* Elements from data: text becomes text, never markup. */

const NS = 'http://www.w3.org/2000/svg';

export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'on') for (const [event, fn] of Object.entries(value)) node.addEventListener(event, fn);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false));
  return node;
}

const PATHS = {
  campaigns: ['M4 6h16v12H4z', 'm4 7 8 6 8-6'],
  integrations: ['M9 3v6', 'M15 3v6', 'M6 9h12v3a6 6 0 0 1-12 0z', 'M12 18v3'],
  addresses: ['M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11z', 'M12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z'],
  billing: ['M3 6h18v12H3z', 'M3 10h18', 'M7 15h4'],
  profile: ['M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z', 'M4 21c1-5 5-6 8-6s7 1 8 6'],
  inbox: ['M3 13h5l1 3h6l1-3h5', 'M3 13 6 5h12l3 8v6H3z'],
  fail: ['m8 8 8 8', 'm16 8-8 8'],
  warn: ['M12 6v7', 'M12 17v.1'],
  unknown: ['M9.3 9.5a2.7 2.7 0 1 1 3.9 2.4c-.9.5-1.2 1-1.2 1.9', 'M12 17v.1'],
  blocked: ['M8.5 11V9a3.5 3.5 0 0 1 7 0v2', 'M7.5 11h9v6h-9z'],
  pass: ['m6 12.5 4 4 8-9'],
  chat: ['M4 5h16v11H10l-4 4v-4H4z'],
  menu: ['M4 7h16', 'M4 12h16', 'M4 17h16'],
};

export function icon(name, size = 20) {
  const svg = document.createElementNS(NS, 'svg');
  const set = { viewBox: '0 0 24 24', width: size, height: size, fill: 'none', stroke: 'currentColor',
    'stroke-width': 1.8, 'stroke-linejoin': 'round', 'stroke-linecap': 'round', 'aria-hidden': 'true' };
  for (const [key, value] of Object.entries(set)) svg.setAttribute(key, value);
  for (const d of PATHS[name]) {
    const path = document.createElementNS(NS, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** A labelled field. */
export function field(label, attributes, { hint = '', suffix = '' } = {}) {
  const id = `f-${attributes.name}`;
  const input = el('input', { id, type: 'text', autocomplete: 'off', 'aria-describedby': hint ? `${id}-hint` : null, ...attributes });
  return el('div', { class: `field ${attributes.class || ''}` }, el('label', { for: id }, label),
    el('span', { class: 'box' }, input, suffix ? el('span', { class: 'suffix', 'aria-hidden': 'true' }, suffix) : null),
    hint ? el('p', { class: 'hint', id: `${id}-hint` }, hint) : null);
}

export const spoken = (text) => el('span', { class: 'sr' }, text);
