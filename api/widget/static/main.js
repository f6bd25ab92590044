/* What the embed loads when the panel is first opened. */

import { el } from './dom.js';
import { Panel } from './panel.js';
import { words } from './words.js';

/** Draw the panel into the element that the embed made; resolves once its style is there. */
export async function mount(shared) {
  const style = el('link', { rel: 'stylesheet', href: new URL('widget.css', import.meta.url).href });
  const styled = new Promise((resolve, reject) => {
    style.addEventListener('load', resolve, { once: true });
    style.addEventListener('error', reject, { once: true });
  });
  shared.host.shadowRoot.append(style);
  const [said] = await Promise.all([words(shared.language), styled]);
  return new Panel(shared, said);
}
