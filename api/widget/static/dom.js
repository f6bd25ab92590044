/* Building elements. Text only ever becomes text nodes; there is no way to pass markup. */

const SVG = 'http://www.w3.org/2000/svg';

/** An element. Attributes that are null or false are left out; `on` holds event handlers. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'on') {
      for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(key, value === true ? '' : value);
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const PATHS = {
  close: ['m6 6 12 12', 'M18 6 6 18'],
  send: ['M5 12h13', 'm12 5 7 7-7 7'],
  clip: ['m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.400L14.5 7'],
  file: ['M6 3h8l5 5v13H6z', 'M14 3v5h5'],
  down: ['M12 5v13', 'm6-6-6 6-6-6'],
  again: ['M4 12a8 8 0 1 1 2.5 5.8', 'M4 20v-5h5'],
  out: ['M8 6h10v10', 'M18 6 6 18'],
  pass: ['m6 12.5 4 4 8-9'],
  warn: ['M12 7v6', 'M12 16.8v.1'],
  fail: ['m8 8 8 8', 'm16 8-8 8'],
  unknown: ['M9.3 9.5a2.7 2.7 0 1 1 3.9 2.4c-.9.5-1.2 1-1.2 1.9', 'M12 16.9v.1'],
  blocked: ['M8.5 11V9a3.5 3.5 0 0 1 7 0v2', 'M7.5 11h9v6h-9z'],
  letter: ['M3 7.500A2.5 2.5 0 0 1 5.5 5h13A2.5 2.5 0 0 1 21 7.5v9a2.5 2.5 0 0 1-2.5 2.5h-13A2.5 2.5 0 0 1 3 16.5z', 'm4 7 8 6 8-6'],
};

/** A picture for eyes only; what it means stands beside it in words. */
export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, 'svg');
  const set = { viewBox: '0 0 24 24', width: size, height: size, fill: 'none', stroke: 'currentColor',
    'stroke-width': 2, 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true' };
  for (const [key, value] of Object.entries(set)) svg.setAttribute(key, value);
  for (const d of PATHS[name]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** Text that only a screen reader says. */
export const spoken = (text) => el('span', { class: 'sr' }, text);

/** The address if a browser may be sent there, or null. */
export function safeUrl(text) {
  try {
    const url = new URL(text, document.baseURI);
    return ['http:', 'https:', 'mailto:', 'tel:'].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}
