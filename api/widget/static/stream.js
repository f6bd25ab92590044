/* Server-sent events over fetch: the token travels in a header, which EventSource cannot do. */

/** Calls `event(name, data, id)` for each event of the answer's body and `alive()` for every sign of
    life; ends when the body does. */
export async function read(body, { event, alive }) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let name = 'message';
  let data = [];
  let id = '';
  const line = (text) => {
    if (!text) {
      if (data.length) event(name, data.join('\n'), id);
      name = 'message';
      data = [];
    } else if (!text.startsWith(':')) {
      const colon = text.indexOf(':');
      const field = colon < 0 ? text : text.slice(0, colon);
      const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') name = value;
      else if (field === 'data') data.push(value);
      else if (field === 'id') id = value;
    }
  };
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    lines.forEach(line);
  }
}
