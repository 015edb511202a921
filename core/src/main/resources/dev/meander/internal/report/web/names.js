// What the curves are called, and which come first.

const KNOWN = {
  'evaluation_finished.score': ['Score', 'held-out evaluation'],
  'rollout_finished.reward_mean': ['Reward', 'mean over the rollout'],
  'rollout_finished.reward_std': ['Reward, standard deviation', 'within the rollout'],
  'rollout_finished.zero_std_ratio': ['Groups without signal', 'share of pairs of group and step'],
  'update_finished.kl': ['KL', 'to the reference, before beta'],
  'update_finished.ratio_mean': ['Ratio', 'mean'],
  'update_finished.ratio_max_deviation': ['|ratio − 1|', 'largest of the update'],
  'update_finished.clip_fraction': ['Clipped', 'share of pairs'],
  'update_finished.grad_norm': ['Gradient norm', 'before clipping'],
  'update_finished.policy_loss': ['Policy loss', ''],
  'update_finished.learning_rate': ['Learning rate', ''],
  'first_ratio_measured.max_deviation': ['|ratio − 1| before the first update', 'must be noise'],
  'images_measured.diversity': ['Diversity', 'within groups'],
  'images_measured.sharpness': ['Sharpness', ''],
  'images_measured.edge_density': ['Edge density', 'share of pixels'],
  'images_measured.saturation': ['Saturation', ''],
  'rollout_finished.timing.seconds': ['Time of sampling and scoring', 'seconds'],
  'update_finished.timing.seconds': ['Time of updates', 'seconds'],
  'memory_measured.timing.resident_mebibytes': ['Memory', 'MiB, resident'],
};

const PARTS = [
  [/^pretrain_progress:(.+)\.loss$/, (n) => [`Loss, ${n}`, 'pretraining']],
  [/^rollout_finished\.rewards\.(.+)$/, (n) => [`Reward ${n}`, 'mean, unweighted']],
  [/^images_measured\.gold\.(.+)$/, (n) => [`Gold reward ${n}`, 'never trained on']],
  [/^evaluation_finished\.tasks\.(.+)$/, (n) => [`Score: ${n.replaceAll('_', ' ')}`, 'held-out evaluation']],
];

/** Title and what it is measured over. */
export function title(series) {
  if (KNOWN[series]) return KNOWN[series];
  for (const [pattern, name] of PARTS) {
    const found = series.match(pattern);
    if (found) return name(found[1]);
  }
  const [type, ...field] = series.split('.');
  return [field.join('.').replace('timing.', '').replaceAll('_', ' '), type.replaceAll('_', ' ')];
}

const GROUPS = [
  ['Results', /^evaluation_finished\.score|^rollout_finished\.(reward_mean|rewards\.)|pretrain_progress:.+\.loss/],
  ['Gold rewards and look of the pictures', /^images_measured\./],
  ['Tasks', /^evaluation_finished\.tasks\./],
  ['Health of the training', /^(update_finished|first_ratio_measured|rollout_finished\.(reward_std|zero))/],
];

const COST = /timing\.|\.(passes|evaluations|images|samples|n)$/;

/** The series by group, known ones first. */
export function grouped(all) {
  const order = Object.keys(KNOWN);
  const rank = (s) => (order.includes(s) ? order.indexOf(s) : order.length);
  const left = new Set([...all].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b)));
  const groups = [];
  const take = (name, accept) => {
    const mine = [...left].filter(accept);
    mine.forEach((s) => left.delete(s));
    if (mine.length) groups.push([name, mine]);
  };
  const costs = [...left].filter((s) => COST.test(s));
  costs.forEach((s) => left.delete(s));
  GROUPS.forEach(([name, pattern]) => take(name, (s) => pattern.test(s)));
  take('Others', () => true);
  if (costs.length) groups.push(['Cost', costs]);
  return groups;
}

/** What is shown before anybody chooses. */
export function usual(all) {
  const wanted = [/^evaluation_finished\.score$/, /^rollout_finished\.reward_mean$/, /^images_measured\.gold\./, /^update_finished\.(kl|ratio_max_deviation|clip_fraction|grad_norm)$/,
    /^images_measured\.diversity$/, /^rollout_finished\.zero_std_ratio$/, /^pretrain_progress:.+\.loss$/];
  return wanted.flatMap((pattern) => [...all].filter((s) => pattern.test(s)));
}
