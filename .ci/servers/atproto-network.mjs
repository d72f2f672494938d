// A PLC directory, a PDS and, where DB_POSTGRES_URL is set, an AppView. Usage: atproto-network.mjs READY PLC PDS APPVIEW OZONE
import fs from 'node:fs'
import { TestNetwork, TestNetworkNoAppView } from '@atproto/dev-env'

const [ready, ...ports] = process.argv.slice(2)
const [plc, pds, bsky, ozone] = ports.map(Number)
const common = { plc: { port: plc }, pds: { port: pds, hostname: 'localhost' } }
const whole = { bsky: { port: bsky, publicUrl: `http://localhost:${bsky}` }, ozone: { port: ozone }, dbPostgresSchema: 'atproto' }
const network = process.env.DB_POSTGRES_URL
  ? await TestNetwork.create({ ...common, ...whole })
  : await TestNetworkNoAppView.create(common)
const stop = () => network.close().catch(console.error).finally(() => process.exit(0))
process.on('SIGTERM', stop)
fs.writeFileSync(ready, '')
