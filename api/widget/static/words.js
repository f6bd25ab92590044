/* The widget's own words; what the assistant says comes from the service. */

const load = {
  ru: () => import('./words.ru.js'),
  de: () => import('./words.de.js'),
  en: () => import('./words.en.js'),
};

/** The words of a language with its ways of writing numbers, money and dates. */
export async function words(language) {
  const { text } = await load[language]();
  const plural = new Intl.PluralRules(language);
  const day = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' });
  const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
  const near = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const euro = new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' });
  const capital = (said) => said.charAt(0).toLocaleUpperCase(language) + said.slice(1);
  return Object.freeze({
    language,
    /** A phrase with `{name}` filled in; of a phrase with plural forms, the one for `n`. */
    say(key, values = {}) {
      const found = text[key];
      const form = typeof found === 'string' ? found : found[plural.select(values.n)] ?? found.other;
      return form.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
    },
    time: (date) => clock.format(date),
    /** Today, yesterday, or the date. */
    day(date, now = new Date()) {
      const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
      const ago = Math.round((midnight(date) - midnight(now)) / 86_400_000);
      return capital(ago > -2 && ago < 1 ? near.format(ago, 'day') : day.format(date));
    },
    size(bytes) {
      const [value, unit] = bytes < 1000 ? [bytes, 'byte']
        : bytes < 1_000_000 ? [bytes / 1000, 'kilobyte'] : [bytes / 1_000_000, 'megabyte'];
      const style = { style: 'unit', unit, maximumFractionDigits: value < 10 ? 1 : 0 };
      return new Intl.NumberFormat(language, style).format(value);
    },
    /** The currency's sign, and whether it stands before the amount. */
    currency() {
      const parts = euro.formatToParts(1).map((part) => part.type);
      return { sign: '€', before: parts.indexOf('currency') < parts.indexOf('integer') };
    },
  });
}
