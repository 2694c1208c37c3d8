/** The script of the page: brings its parts together. */
import type { Settings, TargetName } from './answers.ts';
import { ask, complaintOf } from './ask.ts';
import { PictureField } from './chosen-picture.ts';
import { Classifying } from './classify.ts';
import { byId } from './elements.ts';
import { type Following, followLive } from './live-panel.ts';
import { lookAgain } from './look-again.ts';
import { showReports } from './report-list.ts';
import { VisitHistory } from './visit-history.ts';

let settings: Settings | undefined;

const isServing = document.getElementById('form') !== null;
if (isServing) serve();
else followLive('/live');

function serve(): void {
  const field = new PictureField(chosenTargets);
  const history = new VisitHistory(() => settings?.version ?? 'unknown');
  const classifying = new Classifying(history, () => settings);
  byId('form').addEventListener('submit', event => {
    event.preventDefault();
    const { picture } = field;
    if (picture !== undefined) void classifying.press(picture, chosenTargets());
  });
  byId('form').addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement && target.name === 'target') field.judge();
  });
  void introduce(field);
  let followed: Following | undefined;
  const look = async () => {
    const live = await showReports();
    if (live === undefined || followed?.isOver === false) return;
    followed = followLive(`/live/${encodeURIComponent(live)}`);
  };
  lookAgain(look, () => classifying.isBusy);
}

async function introduce(field: PictureField): Promise<void> {
  try {
    settings = await ask<Settings>('/settings');
    const { mostPictureBytes, model, lambda, version } = settings;
    field.limits(mostPictureBytes);
    byId('about').textContent = `${version} · ${model} · Lambda: ${lambda}`;
  } catch (thrown) {
    const { message, hint } = complaintOf(thrown);
    byId('about').textContent = `${message}: ${hint}`;
  }
}

function chosenTargets(): readonly TargetName[] {
  const chosen = new FormData(byId('form') as HTMLFormElement).get('target');
  return chosen === 'local' || chosen === 'lambda' ? [chosen] : ['local', 'lambda'];
}
