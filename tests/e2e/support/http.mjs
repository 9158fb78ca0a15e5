// Requests as they are written: any header any number of times, any body, no redirect followed.
import http from 'node:http';
import net from 'node:net';

const patience = 30_000;

/**
 * `headers` is an object or a list of pairs. The answer has `status`, `headers` (lower case, repeated ones
 * joined), `text`, `json()`, and `reused`: whether it came over a connection that was there before.
 */
export function request(url, { method = 'GET', headers = {}, body, agent = false } = {}) {
  const target = new URL(url);
  const pairs = Array.isArray(headers) ? [...headers] : Object.entries(headers);
  const has = (name) => pairs.some(([key]) => key.toLowerCase() === name);
  if (!has('host')) pairs.unshift(['Host', target.host]);
  if (body !== undefined && !has('content-length') && !has('transfer-encoding'))
    pairs.push(['Content-Length', String(Buffer.byteLength(body))]);
  const path = url.toString().slice(target.origin.length) || '/'; // as spelt, not as URL would spell it
  return new Promise((resolve, reject) => {
    const sent = http.request(
      {
        host: target.hostname.replace(/[[\]]/g, ''),
        port: target.port,
        method,
        path: path.startsWith('/') ? path : `/${path}`,
        headers: pairs.flat(),
        setHost: false,
        agent,
        timeout: patience,
      },
      (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const joined = {};
          for (let i = 0; i < answer.rawHeaders.length; i += 2) {
            const name = answer.rawHeaders[i].toLowerCase();
            const value = answer.rawHeaders[i + 1];
            joined[name] = name in joined ? `${joined[name]}, ${value}` : value;
          }
          resolve({
            status: answer.statusCode,
            headers: joined,
            text,
            json: () => JSON.parse(text),
            reused: sent.reusedSocket,
          });
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer: ${method} ${url}`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

export function get(url, headers) {
  return request(url, { headers });
}

/** Posts a form: an object, `URLSearchParams` or the encoded text itself. */
export function postForm(url, form, headers = {}) {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return request(url, { method: 'POST', headers: { ...type, ...headers }, body });
}

export function postJson(url, value, headers = {}) {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return request(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });
}

/** Sends these octets on one connection and gives all that comes back until the server closes it. */
export function exchange(origin, octets) {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const chunks = [];
    const socket = net.connect({ host: hostname, port: Number(port) }, () => socket.write(octets));
    socket.setTimeout(patience, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** The scheme and the parameters of a challenge. A parameter that is there twice is a fault. */
export function challengeOf(answer) {
  const text = answer.headers['www-authenticate'];
  if (text === undefined) return undefined;
  const [first] = text.split(/, (?=DPoP )/);
  const [, scheme, rest] = /^(\S+)\s*(.*)$/.exec(first);
  const parameters = {};
  for (const [, name, value] of rest.matchAll(/([a-z_]+)="([^"\\]*)"/g)) {
    if (name in parameters) throw new Error(`${name} is there twice: ${text}`);
    parameters[name] = value;
  }
  return { scheme, ...parameters };
}
