// Preloaded. The servers name no host when they listen, which would be every interface: this makes it 127.0.0.1.
const net = require('node:net')
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...given) {
  const [first] = given
  const callback = given.find((one) => typeof one === 'function')
  if (first !== null && typeof first === 'object' && 'port' in first) given = [{ ...first, host: '127.0.0.1' }]
  else if (/^\d+$/.test(String(first))) given = [{ port: Number(first), host: '127.0.0.1' }]
  else return listen.apply(this, given)
  return listen.apply(this, callback ? [...given, callback] : given)
}
