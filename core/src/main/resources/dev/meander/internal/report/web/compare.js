import {h, number, count} from './dom.js';
import {difference, range} from './intervals.js';

const MOST_KEYS = 4;
const COSTS = [['images sampled', 'images'], ['network passes', 'passes'], ['network evaluations', 'evaluations'], ['seconds', 'seconds']];

function mean(runs, key) {
  return runs.reduce((sum, r) => sum + r[key], 0) / runs.length;
}

function spread(runs, key) {
  const middle = mean(runs, key);
  if (runs.length < 2) return number(middle);
  return `${number(middle)} ± ${number(Math.sqrt(runs.reduce((sum, r) => sum + (r[key] - middle) ** 2, 0) / (runs.length - 1)))}`;
}

/** What meander compare prints: a row for each recipe, a table for each way of evaluating. */
export function compareView(main, {data}) {
  const {recipes, evaluations_differ: apart} = data.comparison;
  main.append(h('h2', {}, 'Held-out scores'), h('p', {class: 'hint'},
    'Means and standard deviations are over the runs of a recipe, which differ in their seed. Intervals are 95%: over seeds where a recipe has several, else over prompts, paired because all evaluations draw the same noise; grey is within noise.'));
  if (apart) main.append(h('p', {class: 'warn'}, 'These runs were not evaluated alike, so their scores do not compare: a table for each evaluation.'));
  [...new Set(recipes.map((r) => r.evaluation))].forEach((k) => {
    const rows = recipes.filter((r) => r.evaluation === k);
    const about = apart ? Object.entries(apart[k]).map(([key, value]) => `${key}: ${value}`).join(', ') : '';
    const keys = Object.keys(rows[0].settings);
    const shown = keys.length <= MOST_KEYS ? keys : [];
    const columns = [...shown.map((key) => [key, (r) => r.settings[key]]), ['runs', (r) => r.runs.length],
      ['before', (r) => spread(r.runs, 'score_before')], ['after', (r) => spread(r.runs, 'score_after')],
      ['gain', (r) => difference(r.gain, r.gain_95)], ['gain, 95%', (r) => range(r.gain_95)],
      ...(rows.length > 1 ? [['after, less the first’s', (r) => (r === rows[0] ? '' : difference(r.score_after - rows[0].score_after, r.after_less_the_first_95))],
        ['95%', (r) => (r === rows[0] ? '' : range(r.after_less_the_first_95))]] : []),
      ...COSTS.map(([name, key]) => [name, (r) => count(mean(r.runs, key))])];
    main.append(about ? h('h3', {}, about) : '', h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Comparison ${about}`.trim()},
      h('table', {class: 'scores'}, h('thead', {}, h('tr', {}, ['recipe', ...columns.map(([name]) => name)].map((name) => h('th', {scope: 'col'}, name)))),
        h('tbody', {}, rows.map((r) => h('tr', {}, h('th', {scope: 'row'}, r.recipe), columns.map(([, cell]) => h('td', {}, cell(r)))))))));
    if (keys.length > MOST_KEYS) main.append(h('p', {class: 'hint'}, `${keys.length} settings differ; they stand below.`));
    rows.flatMap((r) => r.counted_once || []).forEach((text) => main.append(h('p', {class: 'warn'}, text)));
  });
}
