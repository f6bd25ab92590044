/* The Dashboard in the merchant's language. */

const load = { ru: () => import('./words.ru.js'), de: () => import('./words.de.js'), en: () => import('./words.en.js') };

export async function words(language) {
  const { text } = await load[language]();
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  return {
    language,
    has: (key) => key in text,
    say(key, values = {}) {
      const found = text[key];
      const form = typeof found === 'string' ? found : found[plural.select(values.n)] ?? found.other;
      return form.replace(/\{(\w+)\}/g, (_, name) => (name === 'n' ? number.format(values.n) : String(values[name])));
    },
    money: (cents, currency = 'EUR') => new Intl.NumberFormat(language, { style: 'currency', currency }).format(cents / 100),
    number: (n) => number.format(n),
    when: (iso) => when.format(new Date(iso)),
    list: (names) => list.format(names),
  };
}

/** Cents of what somebody typed into an amount field; null for nothing, NaN for no amount. */
export function cents(typed) {
  const text = typed.replace(/[\s  €]/g, '');
  if (!text) return null;
  const plain = text.replace(/[.,](?=\d{3}(\D|$))/g, '').replace(',', '.');
  return /^\d+(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : NaN;
}
