import {h, signed} from './dom.js';

const STRONGEST = 0.85;

/**
 * A table of numbers, a row for each sample and a column for each step; blue above 0, orange below, as strong as
 * they are far from it. cell(row, column) gives {value, mark, faint, words}.
 */
export function heat(title, {rows, columns, cell, rowName, columnName, chosen, onchoose}) {
  const cells = rows.map((r, i) => columns.map((c, j) => cell(i, j)));
  const most = Math.max(1e-12, ...cells.flat().map((c) => Math.abs(c.value ?? 0)));
  return h('div', {class: 'heat'}, h('h3', {}, title), h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title},
    h('table', {},
      h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, rowName), columns.map((c) => h('th', {scope: 'col'}, `${columnName} ${c}`)))),
      h('tbody', {}, rows.map((name, i) => h('tr', {class: i === chosen ? 'chosen' : null},
        h('th', {scope: 'row'}, h('button', {type: 'button', 'aria-pressed': String(i === chosen), onclick: () => onchoose(i)}, name)),
        cells[i].map((c) => {
          const td = h('td', {class: [c.faint ? 'faint' : '', c.mark ? 'mark' : ''].join(' ').trim() || null, title: c.words},
            c.value === null ? '–' : signed(c.value), c.mark ? h('span', {'aria-label': 'turning point'}, ' ◆') : null);
          if (c.value) {
            const share = Math.round(100 * STRONGEST * Math.abs(c.value) / most);
            td.style.background = `color-mix(in srgb, var(${c.value > 0 ? '--above' : '--below'}) ${share}%, var(--card))`;
          }
          return td;
        })))))));
}
