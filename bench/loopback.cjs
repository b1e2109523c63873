// Preloaded into Portkey, which has no setting for the address that it listens on: loopback only, like all others.
const net = require('node:net');
const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function listenOnLoopback(port, ...rest) {
  const callback = rest.find((argument) => typeof argument === 'function');
  return listen.call(this, { port: Number(port), host: '127.0.0.1' }, callback);
};
