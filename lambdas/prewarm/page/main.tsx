import { render } from 'preact';
import { App } from './app';
import { takeKeyFromFragment } from './key';

takeKeyFromFragment();
const root = document.getElementById('page');
if (root !== null) {
  root.textContent = '';
  render(<App />, root);
}
