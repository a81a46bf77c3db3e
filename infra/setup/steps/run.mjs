import { spawn } from 'node:child_process';

const KEPT = 200_000;
const running = new Set();

/** Ends the helpers that are at work, when the launcher is told to end. */
export const endHelpers = (signal) => {
  for (const child of running) child.kill(signal);
};

/** Runs a helper to its end and gives its exit code and what it said; nothing of it reaches stdout. */
export const run = (file, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const said = { stdout: '', stderr: '' };
    running.add(child);
    for (const name of ['stdout', 'stderr']) {
      child[name]
        .setEncoding('utf8')
        .on('data', (text) => (said[name] = (said[name] + text).slice(-KEPT)));
    }
    child.once('error', (error) => {
      running.delete(child);
      reject(error);
    });
    child.once('close', (code) => {
      running.delete(child);
      resolve({ code, ...said });
    });
  });
