import {h, number, count, colour} from './dom.js';
import {chart} from './chart.js';
import {difference, differs, range} from './intervals.js';

/** The held-out score and its parts, first, best and last, and how sure their changes are. */
export function evaluationView(main, {data}) {
  const {steps, images, parts, changes} = data.evaluation;
  const several = steps[2] > steps[0];
  main.append(h('h2', {}, 'Held-out evaluation'));
  const heads = several ? ['first', 'best', 'last'].map((name, i) => `${name}, rollout ${count(steps[i])}`) : [`rollout ${count(steps[0])}`];
  const known = parts.some((p) => p.change);
  main.append(
    h('p', {class: 'hint'}, `${count(images)} images each time, of the same prompts from the same noise.`, several ? (known
      ? ' Intervals are 95%, of the change from first to last, paired by prompt; grey is within noise.' : ' Without scores by prompt nothing can be said of noise.') : ''),
    h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Scores'}, h('table', {class: 'scores'},
      h('thead', {}, h('tr', {}, ['', ...heads, ...(several ? ['change', '95%'] : [])].map((head) => h('th', {scope: 'col'}, head || h('span', {class: 'hidden'}, 'part'))))),
      h('tbody', {}, parts.map((p) => h('tr', {}, h('th', {scope: 'row'}, p.name.replaceAll('_', ' ')),
        (several ? p.values : p.values.slice(0, 1)).map((v) => h('td', {}, number(v))),
        several ? [h('td', {}, difference(p.values[2] - p.values[0], p.change)), h('td', {}, range(p.change))] : []))))));
  if (changes.length < 2) return {};

  const place = h('div', {class: 'charts'});
  main.append(place);
  let drawn = null;
  function draw() {
    if (drawn) drawn.close();
    const x = changes.map((c) => c.step);
    const base = {x, y: changes.map((c) => c.value)};
    const sure = changes.filter((c) => differs(c.change));
    drawn = chart('Change of the score', {xLabel: 'rollouts', yLabel: `since rollout ${count(steps[0])}; band: 95%, paired over ${changes[1].change.n} prompts; grey: within noise`, lines: [
      {name: 'no change', x: [x[0], x.at(-1)], y: [0, 0], colour: colour('--soft'), faint: true, dashed: true, silent: true},
      {name: 'change', ...base, colour: colour('--edge'), dots: true, low: changes.map((c) => c.change?.low ?? c.value), high: changes.map((c) => c.change?.high ?? c.value)},
      ...(sure.length ? [{name: 'beyond noise', x: sure.map((c) => c.step), y: sure.map((c) => c.value), colour: colour('--s1'), dots: 'only', silent: true}] : [])]});
    place.replaceChildren(drawn.figure);
    drawn.draw();
  }
  draw();
  return {recolour: draw};
}
