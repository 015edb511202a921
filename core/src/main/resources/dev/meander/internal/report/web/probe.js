import {h, number, colour} from './dom.js';
import {chart} from './chart.js';

/** How much the noise of each step alone moves the reward. */
export function probeView(main, {data}) {
  const {steps, prompts, measured} = data.probe;
  const place = h('div', {class: 'charts'});
  const heads = ['step', 'sigma', 'mean reward', 'spread', '± (95%)', 'noise-aware weight'];
  main.append(h('h2', {}, 'What noise in one step changes'), h('p', {class: 'hint'}, measured), place,
    h('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Steps'}, h('table', {class: 'scores'},
      h('thead', {}, h('tr', {}, heads.map((head) => h('th', {scope: 'col'}, head)))),
      h('tbody', {}, steps.map((s) => h('tr', {}, h('th', {scope: 'row'}, s.step), [s.sigma, s.mean, s.std, s.half, s.weight].map((v) => h('td', {}, number(v, 4)))))))));
  let drawn = null;
  function draw() {
    if (drawn) drawn.close();
    const x = steps.map((s) => s.step);
    const mean = steps.reduce((sum, s) => sum + s.std, 0) / steps.length;
    const band = prompts > 1 ? {low: steps.map((s) => Math.max(0, s.std - s.half)), high: steps.map((s) => s.std + s.half)} : {};
    drawn = chart('Spread of the reward', {xLabel: 'step of the schedule', yLabel: `standard deviation when this step alone is random${prompts > 1 ? `; band: 95%, over ${prompts} prompts` : ', of one prompt'}; dashed: noise-aware weight × mean spread`, lines: [
      {name: 'spread', x, y: steps.map((s) => s.std), ...band, colour: colour('--s1'), dots: true},
      {name: 'noise-aware weight × mean spread', x, y: steps.map((s) => s.weight * mean), colour: colour('--s2'), dots: true, dashed: true}]});
    place.replaceChildren(drawn.figure);
    drawn.draw();
  }
  draw();
  return {recolour: draw};
}
