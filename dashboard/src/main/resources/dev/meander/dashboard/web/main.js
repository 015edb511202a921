import {h} from './dom.js';
import * as store from './store.js';
import {themes} from './theme.js';
import {runsView} from './runs.js';
import {curvesView} from './curves.js';
import {picturesView} from './pictures.js';
import {creditView} from './credit.js';
import {spreadView} from './spread.js';
import {settingsView} from './settings.js';
import {noticesView} from './notices.js';

const VIEWS = {
  runs: ['Runs', runsView],
  curves: ['Curves', curvesView],
  pictures: ['Pictures', picturesView],
  credit: ['Credit', creditView],
  spread: ['Distributions', spreadView],
  settings: ['Settings', settingsView],
  notices: ['Warnings', noticesView],
};

const main = document.getElementById('main');
let current = null; // {name, view, params}

/** The view and its parameters as the address says. */
function address() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  return [VIEWS[path] ? path : 'runs', new URLSearchParams(query || '')];
}

function link(name, params) {
  const query = new URLSearchParams();
  params.getAll('run').forEach((run) => query.append('run', run));
  return `#/${name}${String(query) ? '?' + query : ''}`;
}

function show() {
  const [name, params] = address();
  if (current && current.name === name && String(current.params) === String(params)) return;
  if (current && current.view && current.view.close) current.view.close();
  main.replaceChildren();
  current = {name, params, view: null};
  document.title = `${VIEWS[name][0]} · Meander dashboard`;
  navigation();
  const mine = current;
  mine.view = VIEWS[name][1](main, {
    params,
    /** Keeps a setting of the view in the address; null drops it. */
    keep(key, value) {
      mine.params.delete(key);
      [value].flat().forEach((v) => v !== null && mine.params.append(key, v));
      const query = String(mine.params);
      history.replaceState(null, '', `#/${name}${query ? '?' + query : ''}`);
      navigation();
    },
    go(view, more = {}) {
      const query = new URLSearchParams(link(view, mine.params).split('?')[1] || '');
      for (const [key, value] of Object.entries(more)) {
        query.delete(key);
        [value].flat().forEach((v) => query.append(key, v));
      }
      location.hash = `#/${view}?${query}`;
    },
  });
}

function navigation() {
  const nav = document.getElementById('views');
  const warned = [...store.runs.values()].reduce((sum, r) => sum + r.warnings + r.errors, 0);
  nav.replaceChildren(...Object.entries(VIEWS).map(([name, [title]]) =>
    h('a', {href: link(name, current.params), 'aria-current': current.name === name ? 'page' : null},
      title, name === 'notices' && warned ? ` (${warned})` : '')));
}

function status() {
  const running = [...store.runs.values()].filter((r) => r.state === 'running').length;
  document.getElementById('live').textContent = store.connected
    ? `live · ${store.runs.size} runs, ${running} running` : 'not connected, trying again …';
}

const known = new Map(); // run -> errors that have been announced

/** Errors that appear while the page is open are said aloud. */
function announce(ids) {
  for (const id of ids) {
    const run = store.runs.get(id);
    if (!run) continue;
    const before = known.get(id);
    known.set(id, run.errors + run.warnings);
    if (before !== undefined && run.errors + run.warnings > before) {
      const toast = h('p', {class: run.errors ? 'bad' : 'warn'}, `${id}: ${run.errors ? 'error' : 'warning'} `,
        h('a', {href: '#/notices?run=' + encodeURIComponent(id)}, 'read it'));
      document.getElementById('toasts').append(toast);
      setTimeout(() => toast.remove(), 20000);
    }
  }
}

themes(() => current.view && current.view.recolour && current.view.recolour());
store.listen((ids) => {
  status();
  announce(ids);
  if (!current) {
    show(); // the first answer
  } else {
    navigation();
    if (current.view && current.view.changed) current.view.changed(new Set(ids));
  }
});
window.addEventListener('hashchange', show);
store.connect();
