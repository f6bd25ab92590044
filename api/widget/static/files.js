/* Pictures and files: what may be sent, and how one looks. Pictures are painted on a canvas, so a
   page whose policy forbids blob: addresses shows them all the same. */

import { el, icon } from './dom.js';

export const LIMIT = 20 * 1024 * 1024;
export const MOST = 10;
const PICTURE = /^image\/(png|jpe?g|webp|gif)$/;
const NAME = /\.(png|jpe?g|webp|gif|pdf|csv|tsv|txt)$/i;

/** The key of what is wrong with a file, or null. */
export function problem(file) {
  if (!file.size) return 'empty';
  if (file.size > LIMIT) return 'too_big';
  return PICTURE.test(file.type) || NAME.test(file.name) ? null : 'wrong_type';
}

/** A file's picture, or a sign with its ending. */
export async function paint(place, blob, name, most) {
  const canvas = el('canvas', { class: 'picture', role: 'img', 'aria-label': name });
  try {
    const bitmap = await createImageBitmap(blob);
    const scale = Math.min(1, (most * 2) / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    place.replaceChildren(canvas);
  } catch {
    place.replaceChildren(icon('file', 22));
  }
}

/** Something that is to be sent: its picture, its name, how far it is, and a way to take it back. */
export function chip(file, { words, away }) {
  const look = el('span', { class: 'look' }, icon('file', 22));
  if (PICTURE.test(file.type)) paint(look, file, file.name, 40);
  const bar = el('progress', { max: 1, value: 0, hidden: true, 'aria-label': file.name });
  const button = el('button', { class: 'icon', type: 'button', title: words.say('remove', { name: file.name }),
    'aria-label': words.say('remove', { name: file.name }), on: { click: () => away() } }, icon('close', 16));
  const size = el('span', { class: 'size' }, words.size(file.size));
  const root = el('li', { class: 'chip' }, look,
    el('span', { class: 'about' }, el('span', { class: 'name' }, file.name), size, bar), button);
  return {
    root,
    file,
    /** From now on the button cancels the sending. */
    sending(cancel) {
      bar.hidden = false;
      const label = words.say('cancel', { name: file.name });
      button.title = label;
      button.setAttribute('aria-label', label);
      away = cancel;
    },
    progress(part) {
      bar.value = part;
      size.textContent = words.say('uploading', { name: words.size(file.size), percent: Math.round(part * 100) });
    },
  };
}

/** A file of the conversation. `blob(url)` fetches it, `grown()` hears that its picture is there. */
export function attachment(about, { words, blob, grown }) {
  const look = el('span', { class: 'look' }, icon('file', 22));
  const save = async () => {
    const url = URL.createObjectURL(await blob(about.url));
    el('a', { href: url, download: about.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  const button = el('button', { class: 'attachment', type: 'button',
    'aria-label': words.say('download', { name: about.name }), on: { click: () => save().catch(() => {}) } },
  look, el('span', { class: 'about' }, el('span', { class: 'name' }, about.name),
    el('span', { class: 'size' }, words.size(about.size))));
  if (PICTURE.test(about.type)) {
    button.classList.add('pictured');
    blob(about.url).then((found) => paint(look, found, about.name, 260)).then(grown).catch(() => {});
  }
  return button;
}
