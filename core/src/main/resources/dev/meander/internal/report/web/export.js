import {h} from './dom.js';
import * as store from './store.js';
import {themes} from './theme.js';
import {noticesView} from './notices.js';
import {evaluationView} from './evaluation.js';
import {curvesView} from './curves.js';
import {picturesView} from './pictures.js';
import {settingsView, pairsView} from './settings.js';
import {compareView} from './compare.js';
import {creditView} from './credit.js';
import {probeView} from './probe.js';

// A page that stands alone: the dashboard's views one below the other, over the answers that the page holds.

const RELOAD_MILLIS = 30000;
const data = JSON.parse(document.getElementById('data').textContent);
const views = [];

function section(view, parameters = {}) {
  const place = h('section');
  const params = new URLSearchParams(parameters);
  data.runs.forEach((r) => params.append('run', r.id));
  document.getElementById('main').append(place);
  views.push(view(place, {params, data, keep() {}, go() {}}) || {});
}

const PAGES = {
  report() {
    const [run] = data.runs;
    if (run.warnings + run.errors) section(noticesView);
    if (data.evaluation.parts.length) section(evaluationView);
    section(curvesView);
    if (data.sheets[run.id].length) section(picturesView);
    section(settingsView);
    if (Object.keys(data.provenance).length) section((place) => pairsView(place, 'Provenance', data.provenance));
    if (run.state === 'running' || run.state === 'starting') follow();
  },
  compare() {
    section(compareView);
    section(curvesView, data.runs.length > new Set(data.runs.map((r) => r.group)).size ? {seeds: 'band'} : {});
    section(picturesView, {first: 'no'});
    section(settingsView);
  },
  explain() {
    section(creditView, data.chosen);
  },
  probe() {
    section(probeView);
  },
};

/** The report of a run that goes on is written anew every so often; whoever works with the page keeps it. */
function follow() {
  const timer = setTimeout(() => location.reload(), RELOAD_MILLIS);
  ['pointerdown', 'keydown'].forEach((event) => addEventListener(event, () => clearTimeout(timer)));
}

store.hold(data);
themes(() => views.forEach((v) => v.recolour && v.recolour()));
document.getElementById('live').textContent = data.status;
PAGES[data.page]();
