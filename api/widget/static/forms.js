/* Fields for what the assistant waits for: the right keyboard, the right autofill, a real label. */

import { el, icon } from './dom.js';

const PLAIN = {
  text: { autocomplete: 'off' },
  email: { type: 'email', autocomplete: 'email', inputmode: 'email' },
  code: { autocomplete: 'one-time-code', inputmode: 'numeric', maxlength: 16, pattern: '[0-9 \\-]*' },
  phone: { type: 'tel', autocomplete: 'tel', inputmode: 'tel' },
  amount: { autocomplete: 'off', inputmode: 'decimal', maxlength: 24 },
  who: { autocomplete: 'organization' },
  street: { autocomplete: 'street-address' },
  place: { autocomplete: 'off' },
};

const ADDRESS = [
  ['a_who', { autocomplete: 'organization' }, true],
  ['a_extra', { autocomplete: 'address-line2' }, false],
  ['a_street', { autocomplete: 'address-line1' }, true],
  ['a_number', { autocomplete: 'off' }, true],
  ['a_code', { autocomplete: 'postal-code', inputmode: 'numeric', maxlength: 5 }, true],
  ['a_city', { autocomplete: 'address-level2' }, true],
];

let count = 0;

/** A form for an input, or null where the message field is the right one.
    `submit(text)` sends the answer, `choose(accept)` opens the file picker. */
export function form(input, { words, submit, choose }) {
  if (input.kind === 'file') return file(input, { words, choose });
  if (input.kind === 'address' && (input.name || 'whole') === 'whole') return address({ words, submit });
  if (input.kind === 'text' || !(input.kind in PLAIN || input.kind === 'address')) return null;
  return single(input, { words, submit });
}

function single(input, { words, submit }) {
  const parts = ['who', 'street', 'place', 'daily', 'total'];
  const label = words.say(`input_${parts.includes(input.name) ? input.name : input.kind}`);
  const set = PLAIN[input.kind === 'address' ? input.name : input.kind] || PLAIN.text;
  const one = field(label, { maxlength: 200, ...set }, { words, required: !input.optional });
  const money = input.kind === 'amount' ? words.currency() : null;
  if (money) {
    const sign = el('span', { class: 'sign', 'aria-hidden': 'true' }, money.sign);
    const box = el('span', { class: money.before ? 'money before' : 'money' });
    one.input.replaceWith(box);
    box.append(...(money.before ? [sign, one.input] : [one.input, sign]));
  }
  return shell([one], words, () => {
    const typed = one.input.value.trim();
    submit(money && /^[\d.,\s]+$/.test(typed) ? `${typed} €` : typed);
  }, 'row');
}

function address({ words, submit }) {
  const fields = ADDRESS.map(([key, set, required]) => {
    const one = field(words.say(key), { maxlength: 120, ...set }, { words, required });
    one.root.classList.add(key);
    return one;
  });
  return shell(fields, words, () => {
    const [who, extra, street, number, code, city] = fields.map((one) => one.input.value.trim());
    submit([who, extra, `${street} ${number}`, `${code} ${city}`].filter(Boolean).join('\n'));
  }, 'address');
}

function file(input, { words, choose }) {
  const accept = input.name === 'screenshot' ? 'image/*' : '';
  return el('div', { class: 'form' }, el('button', {
    class: 'button primary', type: 'button', on: { click: () => choose(accept) },
  }, icon('clip', 18), words.say('input_file')));
}

function field(label, attributes, { words, required }) {
  const id = `al-field-${count += 1}`;
  const input = el('input', { id, type: 'text', ...attributes, 'aria-required': String(required) });
  const problem = el('p', { class: 'problem', id: `${id}-problem`, hidden: true }, words.say('missing'));
  input.addEventListener('input', () => mark(false));
  const mark = (wrong) => {
    problem.hidden = !wrong;
    if (wrong) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
    if (wrong) input.setAttribute('aria-describedby', problem.id);
    else input.removeAttribute('aria-describedby');
  };
  const root = el('div', { class: 'field' }, el('label', { for: id }, label), input, problem);
  return { root, input, mark, complete: () => !required || input.value.trim() !== '' };
}

function shell(fields, words, send, look) {
  const go = el('button', { class: 'button primary', type: 'submit' }, words.say('input_go'));
  return el('form', { class: `form ${look}`, novalidate: true, on: {
    submit(event) {
      event.preventDefault();
      const empty = fields.filter((one) => !one.complete());
      fields.forEach((one) => one.mark(!one.complete()));
      if (empty.length) empty[0].input.focus();
      else send();
    },
  } }, ...fields.map((one) => one.root), go);
}
