// Elements and numbers, nothing else.

/** An element with attributes (functions are listeners, "on" dropped) and children. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(key.slice(2), value);
    } else if (value === true) {
      element.setAttribute(key, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value);
    }
  }
  element.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** A labelled choice of one among [value, text] pairs. */
export function choice(label, options, value, onchange) {
  const select = h('select', {onchange: () => onchange(select.value)},
    options.map(([v, text]) => h('option', {value: v, selected: String(v) === String(value)}, text)));
  return h('label', {class: 'field'}, h('span', {}, label), select);
}

/** A labelled tick box. */
export function tick(label, on, onchange) {
  const box = h('input', {type: 'checkbox', checked: on, onchange: () => onchange(box.checked)});
  return h('label', {class: 'tick'}, box, ' ' + label);
}

/** A labelled slider over 0..last that says where it stands. */
export function slider(label, last, value, says, oninput, step = 1) {
  const shown = h('output', {}, says(value));
  const range = h('input', {type: 'range', min: 0, max: last, step, value, oninput: () => {
    shown.textContent = says(Number(range.value));
    range.setAttribute('aria-valuetext', shown.textContent);
    oninput(Number(range.value));
  }, 'aria-valuetext': says(value)});
  return h('label', {class: 'field wide'}, h('span', {}, label, ' ', shown), range);
}

/** A labelled line of text. */
export function entry(label, value, oninput) {
  const input = h('input', {type: 'search', value, oninput: () => oninput(input.value)});
  return h('label', {class: 'field'}, h('span', {}, label), input);
}

export function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return Number.isInteger(value) && size >= 10 ? count(value) : value.toFixed(digits);
}

export function signed(value) {
  return value > 0 ? '+' + number(value) : number(value).replace('-', '−');
}

export function count(value) {
  return value === null || value === undefined ? '–' : Math.round(value).toLocaleString('en-US');
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  const s = Math.round(seconds);
  if (s < 100) return s + 's';
  const m = Math.floor(s / 60);
  return m < 60 ? `${m}m${String(s % 60).padStart(2, '0')}s` : `${Math.floor(m / 60)}h${String(m % 60).padStart(2, '0')}m`;
}

export function ago(millis) {
  return duration(Math.max(0, (Date.now() - millis) / 1000)) + ' ago';
}

/** What a colour of the style sheet is at the moment, for canvases. */
export function colour(name) {
  const probe = document.getElementById('live');
  const before = probe.style.color;
  probe.style.color = `var(${name})`;
  const value = getComputedStyle(probe).color;
  probe.style.color = before;
  return value;
}

const SERIES = 8;

/** The colour of the i-th thing. */
export function palette(i) {
  return colour('--s' + (1 + (i % SERIES)));
}

/** Class for a colour of the palette in the page. */
export function swatch(i) {
  return h('i', {class: 'swatch s' + (1 + (i % SERIES)), 'aria-hidden': 'true'});
}

/** Calls f once things have been quiet for a moment. */
export function settled(f, millis = 120) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), millis);
  };
}
