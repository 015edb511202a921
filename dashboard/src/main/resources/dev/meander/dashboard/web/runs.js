import {h, entry, choice, number, signed, count, duration, ago} from './dom.js';
import {runs} from './store.js';

const STATES = ['running', 'starting', 'finished', 'failed', 'stopped', 'silent'];

/** Columns: key, heading, what is shown, what is sorted by, whether phones leave it out. */
const COLUMNS = [
  ['state', 'State', (r) => h('span', {class: 'state ' + r.state}, r.state), (r) => STATES.indexOf(r.state)],
  ['id', 'Run', (r) => h('a', {href: '#/curves?run=' + encodeURIComponent(r.id)}, r.id), (r) => r.id],
  ['name', 'Recipe', (r) => r.name, (r) => r.name, true],
  ['method', 'Method', (r) => r.method, (r) => r.method, true],
  ['seed', 'Seed', (r) => r.seed, (r) => Number(r.seed), true],
  ['step', 'Rollout', progress, (r) => r.step],
  ['score', 'Score', (r) => number(r.score), (r) => r.score],
  ['gain', 'Gain', (r) => (r.score === null || r.step === 0 ? '–' : signed(r.score - r.first)), (r) => r.score - r.first],
  ['best', 'Best', (r) => (r.best === null ? '–' : `${number(r.best)} @${r.best_step}`), (r) => r.best, true],
  ['reward', 'Reward', (r) => number(r.reward), (r) => r.reward],
  ['images', 'Images', (r) => (r.whole ? count(r.images) : '…'), (r) => r.images, true],
  ['evaluations', 'Network evaluations', (r) => (r.whole ? count(r.evaluations) : '…'), (r) => r.evaluations, true],
  ['seconds', 'Time', (r) => duration(r.seconds), (r) => r.seconds, true],
  ['updated', 'Last sign', (r) => ago(r.updated), (r) => r.updated, true],
  ['warnings', 'Warnings', warnings, (r) => r.warnings + 1000 * r.errors],
];

function progress(r) {
  const doing = r.doing && r.doing.total ? h('small', {}, `${r.doing.label.toLowerCase()} ${count(r.doing.done)}/${count(r.doing.total)} ${r.doing.unit}`)
    : r.doing ? h('small', {}, r.doing.label.toLowerCase()) : null;
  return h('span', {class: 'progress'}, r.step > r.total_steps ? count(r.step) : `${count(r.step)}/${count(r.total_steps)}`,
    r.total_steps ? h('progress', {max: r.total_steps, value: r.step, 'aria-label': 'rollouts done'}) : null, doing);
}

function warnings(r) {
  if (!r.warnings && !r.errors) return '';
  return h('a', {class: r.errors ? 'down' : 'warn', href: '#/notices?run=' + encodeURIComponent(r.id)},
    [r.errors ? `${r.errors} ✕` : '', r.warnings ? `${r.warnings} ⚠` : ''].join(' ').trim());
}

export function runsView(main, ctx) {
  const {params} = ctx;
  let filter = params.get('filter') || '';
  let state = params.get('state') || '';
  let [by, down] = (params.get('sort') || 'updated-').match(/^(\w+)(-?)$/).slice(1);
  const picked = new Set(params.getAll('run'));
  const rows = new Map();

  const body = h('tbody');
  const heads = COLUMNS.map(([key, title, , , wide]) =>
    h('th', {scope: 'col', class: wide ? 'wide' : null}, h('button', {type: 'button', onclick: () => sort(key)}, title)));
  const shown = h('p', {class: 'hint', role: 'status'});
  const bar = h('div', {class: 'bar'});
  main.append(
    h('h2', {}, 'Runs'),
    h('div', {class: 'controls'},
      entry('Filter by name, recipe, method, seed', filter, (v) => { filter = v; ctx.keep('filter', v || null); arrange(); }),
      choice('State', [['', 'all'], ...STATES.map((s) => [s, s])], state, (v) => { state = v; ctx.keep('state', v || null); arrange(); })),
    bar, shown,
    h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of runs'},
      h('table', {class: 'runs'}, h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, h('span', {class: 'hidden'}, 'Choose')), heads)), body)));

  function sort(key) {
    down = by === key ? (down ? '' : '-') : key === 'id' || key === 'name' ? '' : '-';
    by = key;
    ctx.keep('sort', by + down);
    arrange();
  }

  function row(r) {
    const box = h('input', {type: 'checkbox', checked: picked.has(r.id), 'aria-label': 'choose ' + r.id, onchange: () => {
      box.checked ? picked.add(r.id) : picked.delete(r.id);
      choose();
    }});
    return h('tr', {'data-run': r.id}, h('td', {}, box),
      COLUMNS.map(([key, , cell, , wide]) => h(key === 'id' ? 'th' : 'td', {class: `of-${key}${wide ? ' wide' : ''}`, scope: key === 'id' ? 'row' : null}, cell(r))));
  }

  function choose() {
    ctx.keep('run', [...picked]);
    const go = (view, text) => h('button', {type: 'button', onclick: () => ctx.go(view)}, text);
    bar.replaceChildren(...(picked.size ? [h('span', {}, `${picked.size} chosen:`), go('curves', 'Curves'), go('pictures', 'Pictures'),
      go('settings', 'What differs'), h('button', {type: 'button', onclick: () => { picked.clear(); rows.clear(); choose(); arrange(); }}, 'None')]
      : [h('span', {class: 'hint'}, 'Choose runs to lay their curves, pictures and settings side by side.')]));
  }

  function matches(r) {
    const text = `${r.id} ${r.name} ${r.method} ${r.seed}`.toLowerCase();
    return (!state || r.state === state) && filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  }

  function arrange() {
    const key = COLUMNS.find((c) => c[0] === by) || COLUMNS[1];
    const order = [...runs.values()].filter(matches).map((r) => [key[3](r), r]);
    const missing = (v) => v === null || v === undefined || Number.isNaN(v);
    order.sort(([a, ra], [b, rb]) => {
      if (missing(a) || missing(b)) return missing(a) - missing(b) || ra.id.localeCompare(rb.id);
      const c = typeof a === 'number' ? a - b : String(a).localeCompare(String(b), 'en', {numeric: true});
      return (down ? -c : c) || ra.id.localeCompare(rb.id, 'en', {numeric: true});
    });
    COLUMNS.forEach(([k], i) => heads[i].setAttribute('aria-sort', k !== key[0] ? 'none' : down ? 'descending' : 'ascending'));
    const wanted = order.map(([, r]) => {
      if (!rows.has(r.id)) rows.set(r.id, row(r));
      return rows.get(r.id);
    });
    const same = wanted.length === body.children.length && wanted.every((tr, i) => tr === body.children[i]);
    if (!same) body.replaceChildren(...wanted);
    shown.textContent = runs.size === 0 ? 'No runs in this folder yet: they appear here as soon as they start.'
      : wanted.length === runs.size ? '' : `${wanted.length} of ${runs.size} runs`;
  }

  choose();
  arrange();
  return {
    changed(ids) {
      for (const id of ids) {
        const old = rows.get(id);
        rows.delete(id);
        if (!old || !runs.has(id)) continue;
        const fresh = row(runs.get(id));
        rows.set(id, fresh);
        if (old.contains(document.activeElement)) {
          const place = [...old.querySelectorAll('a, input')].indexOf(document.activeElement);
          old.replaceWith(fresh);
          fresh.querySelectorAll('a, input')[place]?.focus();
        } else {
          old.replaceWith(fresh);
        }
      }
      arrange();
    },
  };
}
