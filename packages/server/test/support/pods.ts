/**
 * @module Runs the pods of a rendered Deployment as processes, as far as one machine can: their arguments and environment, their ConfigMap and
 * Secrets as mounted files, their user, rights, memory limit and read-only disk. The disk has Node.js and the image's folder /opt/assent, and
 * nothing else. It needs root on Linux.
 *
 * Two things differ from Kubernetes. All pods share the network of the machine, so each has ports of its own on 127.0.0.1. And no seccomp
 * profile is applied.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CommandResult, freePort } from './command.ts'

const IMAGE_FOLDER = fileURLToPath(new URL('../../../../', import.meta.url))
/** As in deploy/Dockerfile. */
const ENTRYPOINT = '/opt/assent/node_modules/.bin/assent'
const WORKING_FOLDER = '/etc/assent'
const CGROUPS = '/sys/fs/cgroup/memory'

type HttpProbe = {
  readonly httpGet: { readonly path: string }
  readonly periodSeconds: number
  readonly timeoutSeconds?: number
  readonly failureThreshold: number
}

type Volume = {
  readonly name: string
  readonly configMap?: { readonly name: string }
  readonly secret?: {
    readonly secretName: string
    readonly defaultMode: number
    readonly items: readonly { readonly key: string; readonly path: string }[]
  }
}

export type PodSpec = {
  readonly terminationGracePeriodSeconds: number
  readonly securityContext: { readonly runAsUser: number; readonly fsGroup: number }
  readonly containers: readonly [
    {
      readonly args: readonly string[]
      readonly env: readonly { readonly name: string; readonly value: string }[]
      readonly resources: { readonly limits: { readonly memory: string } }
      readonly startupProbe: HttpProbe
      readonly readinessProbe: HttpProbe
      readonly livenessProbe: HttpProbe
      readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
    },
  ]
  readonly volumes: readonly Volume[]
}

/** The content of ConfigMaps and Secrets, by name and key. */
export type MountedFiles = Readonly<Record<string, Readonly<Record<string, string>>>>

export type Pod = {
  readonly url: string
  readonly metricsUrl: string
  readonly child: ChildProcess
  readonly ended: Promise<CommandResult>
  /** As the readiness probe found it last. */
  isReady(): boolean
  /** Waits for the startup probe, as Kubernetes does, and then starts the others. @throws {Error} when the process has ended */
  waitUntilStarted(): Promise<void>
  /** How often the liveness probe has failed. */
  livenessFailures(): number
  /** Replaces a file of a mounted Secret. */
  replaceSecret(name: string, key: string, content: string): void
  /** As `kubectl exec`. */
  exec(...command: string[]): Promise<CommandResult>
  /** SIGTERM, and SIGKILL after the grace period. */
  terminate(): Promise<{ readonly code: number | null; readonly seconds: number }>
  remove(): void
}

/** @param change replaces the mode of the files of Secrets */
export async function startPod(
  spec: PodSpec,
  files: MountedFiles,
  change: { readonly secretMode?: number } = {},
): Promise<Pod> {
  const [container] = spec.containers
  const folder = mkdtempSync(join(tmpdir(), 'assent-pod-'))
  chmodSync(folder, 0o755)
  const [port, metricsPort] = [await freePort(), await freePort()]
  const owner = spec.securityContext
  const paths = new Map<string, string>()

  function write(path: string, content: string, mode: number): void {
    writeFileSync(path, content)
    chownSync(path, 0, owner.fsGroup)
    chmodSync(path, mode)
  }

  for (const { name, configMap, secret } of spec.volumes) {
    const volume = join(folder, name)
    mkdirSync(volume)
    if (configMap)
      for (const [key, content] of Object.entries(files[configMap.name] ?? {}))
        write(join(volume, key), content.replaceAll('0.0.0.0', '127.0.0.1'), 0o444)
    for (const { key, path } of secret?.items ?? []) {
      const content = files[secret?.secretName ?? '']?.[key]
      paths.set(`${secret?.secretName} ${key}`, join(volume, path))
      if (content !== undefined)
        write(join(volume, path), content, change.secretMode ?? secret?.defaultMode ?? 0o444)
    }
  }

  const mounts = container.volumeMounts.map(
    ({ name, mountPath }) =>
      `mkdir -p $root${mountPath} && mount --bind ${join(folder, name)} $root${mountPath} && mount -o remount,bind,ro $root${mountPath}`,
  )
  const cgroup = join(CGROUPS, basename(folder))
  const script = [
    'set -e',
    `echo $$ > ${cgroup}/cgroup.procs`,
    `root=${join(folder, 'root')}; mkdir -p $root`,
    'mount -t tmpfs tmpfs $root',
    'mkdir -p $root/usr $root/opt/assent $root/dev $root/proc $root/etc',
    'ln -s usr/bin usr/lib usr/lib64 $root/',
    'mount --bind /usr $root/usr && mount -o remount,bind,ro $root/usr',
    `mount --bind ${IMAGE_FOLDER} $root/opt/assent && mount -o remount,bind,ro $root/opt/assent`,
    'mount --bind /dev $root/dev && mount --bind /proc $root/proc',
    ...mounts,
    'mount -o remount,ro $root',
    'folder=$1; shift; exec chroot $root /usr/bin/env -i --chdir="$folder" "$@"',
  ].join('\n')
  mkdirSync(cgroup)
  const bytes = toBytes(container.resources.limits.memory)
  writeFileSync(join(cgroup, 'memory.limit_in_bytes'), String(bytes))

  /** Starts a command as the container's user, in a file system of its own. */
  function run(command: readonly string[]): { child: ChildProcess; ended: Promise<CommandResult> } {
    const id = String(owner.runAsUser)
    const child = spawn(
      'unshare',
      [
        ...['--mount', 'bash', '-c', script, 'pod', WORKING_FOLDER, 'PATH=/usr/bin'],
        ...container.env.map(({ name, value }) => `${name}=${value}`),
        ...['setpriv', '--reuid', id, '--regid', id, '--groups', String(owner.fsGroup)],
        ...['--no-new-privs', '--bounding-set', '-all', '--inh-caps', '-all', ...command],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        output += chunk
      })
    const ended = new Promise<CommandResult>((resolve) =>
      child.on('close', (code) => resolve({ code, output })),
    )
    return { child, ended }
  }

  const ports = ['--port', String(port), '--metrics-port', String(metricsPort)]
  const { child, ended } = run([ENTRYPOINT, ...container.args, ...ports])
  const url = `http://127.0.0.1:${port}`
  let isReady = false
  let livenessFailures = 0
  const timers: NodeJS.Timeout[] = []
  void ended.then(() => {
    for (const timer of timers) clearInterval(timer)
    isReady = false
  })

  function repeat(probe: HttpProbe, onResult: (isHealthy: boolean) => void): void {
    const check = () => void passes(url, probe).then(onResult)
    check()
    timers.push(setInterval(check, probe.periodSeconds * 1000))
  }

  return {
    url,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    child,
    ended,
    isReady: () => isReady,
    livenessFailures: () => livenessFailures,
    async waitUntilStarted() {
      const { startupProbe } = container
      for (let failures = 0; !(await passes(url, startupProbe)); failures++) {
        if (child.exitCode !== null) throw new Error((await ended).output)
        if (failures >= startupProbe.failureThreshold) throw new Error('The startup probe failed.')
        await new Promise((resolve) => setTimeout(resolve, startupProbe.periodSeconds * 1000))
      }
      repeat(container.readinessProbe, (isHealthy) => {
        isReady = isHealthy && child.exitCode === null
      })
      repeat(container.livenessProbe, (isHealthy) => {
        if (!isHealthy && child.exitCode === null) livenessFailures++
      })
    },
    replaceSecret(name, key, content) {
      const path = paths.get(`${name} ${key}`)
      if (!path) throw new Error(`The pod mounts no ${key} of ${name}.`)
      writeFileSync(path, content)
    },
    exec: (...command) => run(command).ended,
    async terminate() {
      const startedAt = performance.now()
      child.kill('SIGTERM')
      const kill = setTimeout(
        () => child.kill('SIGKILL'),
        spec.terminationGracePeriodSeconds * 1000,
      )
      const { code } = await ended
      clearTimeout(kill)
      return { code, seconds: (performance.now() - startedAt) / 1000 }
    },
    remove() {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
      if (existsSync(cgroup)) {
        try {
          rmdirSync(cgroup)
        } catch {
          // A process of the pod is still ending. An empty cgroup costs nothing.
        }
      }
    },
  }
}

async function passes(url: string, { httpGet, timeoutSeconds = 1 }: HttpProbe): Promise<boolean> {
  try {
    const response = await fetch(url + httpGet.path, {
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    })
    return response.status >= 200 && response.status < 400
  } catch {
    return false
  }
}

/** @param quantity such as 512Mi */
function toBytes(quantity: string): number {
  const [, amount = '', unit = ''] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? []
  const size = { Mi: 2 ** 20, Gi: 2 ** 30 }[unit]
  if (size === undefined) throw new Error(`${quantity} is not a quantity in Mi or Gi.`)
  return Number(amount) * size
}

/** Whether this machine can run pods. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0 || !existsSync(CGROUPS))
    throw new Error('Running pods as processes needs root, and memory cgroups of version 1.')
  execFileSync('unshare', ['--mount', 'true'])
}
