"""Compares Droveway with KubeVirt's own code: which pods need an address of the migration network, and on which nodes.

compare.py ORACLE DROVEWAY [--seed N] [--count N] [--keep DIR]

Generates COUNT KubeVirt objects and clusters of nodes from SEED. ORACLE (main.go) prints what virt-operator and Kubernetes
do with them; `droveway audit` prints what it counts. Exits with 1 on a difference that none of DEVIATIONS explains."""
import argparse
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile

NAMESPACE = 'openshift-cnv'
SYNC = 'virt-synchronization-controller'
GATE = 'DecentralizedLiveMigration'


# --- the generator ---

def chance(r, percent):
    return r.randrange(100) < percent


LABELS = {'zone': ['a', 'b', 'c'], 'cpus': ['8', '16', '64', 'many'], 'gpu': ['', 'true']}
TAINTS = [
    {'key': 'virt', 'value': 'only', 'effect': 'NoSchedule'}, {'key': 'virt', 'effect': 'NoExecute'},
    {'key': 'gpu', 'value': 'true', 'effect': 'NoSchedule'}, {'key': 'soft', 'effect': 'PreferNoSchedule'},
    {'key': 'CriticalAddonsOnly', 'effect': 'NoSchedule'},
]
CONDITIONS = [
    {'key': 'node.kubernetes.io/not-ready', 'effect': 'NoSchedule'},
    {'key': 'node.kubernetes.io/not-ready', 'effect': 'NoExecute'},
    {'key': 'node.kubernetes.io/unreachable', 'effect': 'NoExecute'},
    {'key': 'node.kubernetes.io/disk-pressure', 'effect': 'NoSchedule'},
    {'key': 'node.kubernetes.io/network-unavailable', 'effect': 'NoSchedule'},
]


def make_node(r, index):
    labels = {'kubernetes.io/hostname': f'n{index}', 'kubernetes.io/os': 'windows' if chance(r, 8) else 'linux'}
    taints = []
    if chance(r, 40):
        labels[r.choice(['node-role.kubernetes.io/control-plane'] * 3 + ['node-role.kubernetes.io/master'])] = ''
        if chance(r, 50):
            taints.append({'key': 'node-role.kubernetes.io/control-plane', 'effect': 'NoSchedule'})
    if chance(r, 60):
        labels['node-role.kubernetes.io/worker'] = ''
    for key, values in LABELS.items():
        if chance(r, 60):
            labels[key] = r.choice(values)
    if chance(r, 30):
        taints.append(r.choice(TAINTS))
    spec = {}
    if chance(r, 10):
        spec['unschedulable'] = True
        taints.append({'key': 'node.kubernetes.io/unschedulable', 'effect': 'NoSchedule'})
    if chance(r, 10):
        taints.append(r.choice(CONDITIONS))
    if taints:
        spec['taints'] = taints
    return {'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': f'n{index}', 'labels': labels}, 'spec': spec}


def make_requirement(r):
    key = r.choice(list(LABELS) + ['node-role.kubernetes.io/worker', 'node-role.kubernetes.io/control-plane', 'absent'])
    operator = r.choice(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'])
    if operator in ('Gt', 'Lt'):
        return {'key': r.choice(['cpus', key]), 'operator': operator, 'values': [r.choice(['8', '8', '10', '16', '64'])]}
    if operator in ('In', 'NotIn'):
        values = LABELS.get(key, [''])
        return {'key': key, 'operator': operator, 'values': r.sample(values, r.randint(1, len(values)))}
    return {'key': key, 'operator': operator}


def make_term(r):
    term = {}
    if chance(r, 85):
        term['matchExpressions'] = [make_requirement(r) for _ in range(r.randint(1, 2))]
    if chance(r, 20):
        term['matchFields'] = [{'key': 'metadata.name', 'operator': r.choice(['In', 'NotIn']),
                                'values': [f'n{r.randrange(6)}']}]
    return term


def make_affinity(r):
    node, affinity = {}, {}
    if chance(r, 85):
        terms = [make_term(r) for _ in range(r.randint(1, 3))]
        node['requiredDuringSchedulingIgnoredDuringExecution'] = {'nodeSelectorTerms': terms}
    if chance(r, 30):
        node['preferredDuringSchedulingIgnoredDuringExecution'] = [{'weight': 1, 'preference': make_term(r)}]
    if node or chance(r, 50):
        affinity['nodeAffinity'] = node
    return affinity


def make_toleration(r):
    if chance(r, 15):
        return {'operator': 'Exists'}
    taint = r.choice(TAINTS + CONDITIONS + [{'key': 'node-role.kubernetes.io/control-plane', 'effect': 'NoSchedule'}])
    toleration = {'key': taint['key']}
    if chance(r, 60):
        toleration['operator'] = 'Exists'
    elif chance(r, 50):
        toleration['operator'] = 'Equal'
    if toleration.get('operator') != 'Exists' and chance(r, 70):
        toleration['value'] = taint.get('value', '')
    if chance(r, 50):
        toleration['effect'] = r.choice([taint['effect'], 'NoSchedule', 'NoExecute'])
    return toleration


def make_placement(r):
    placement = {}
    if chance(r, 35):
        selector = {r.choice(list(LABELS) + ['node-role.kubernetes.io/worker']): r.choice(['a', 'b', '8', '', 'true'])}
        if chance(r, 10):
            selector['kubernetes.io/os'] = r.choice(['linux', 'linux', 'windows'])
        placement['nodeSelector'] = selector
    if chance(r, 45):
        placement['affinity'] = make_affinity(r)
    if chance(r, 45):
        placement['tolerations'] = [make_toleration(r) for _ in range(r.randint(1, 3))]
    return placement


def make_component(r):
    component = {}
    if chance(r, 75):
        component['nodePlacement'] = make_placement(r)
    return component


GATES = [GATE] * 3 + ['decentralizedLiveMigration', 'LiveMigration', 'HotplugVolumes', 'GPU', 'Root', 'NoSuchGate', 'Template',
                      'PasstBinding', 'NetworkDevicesWithDRA', 'ExternalNetResourceInjection']


def make_patch(r):
    on_sync = chance(r, 50)
    annotation = {'k8s.v1.cni.cncf.io/networks': r.choice(['mig2@migration0', None])}
    template = r.choice([
        {'metadata': {'annotations': {'team': 'virt'}}}, {'spec': {'priorityClassName': 'x'}},
        {'metadata': {'annotations': annotation}}, {'spec': {'nodeSelector': {'zone': 'a'}}},
        {'spec': {'tolerations': [{'operator': 'Exists'}]}}, {'metadata': {'annotations': None}},
    ])
    patch = {'resourceType': r.choice(['Deployment' if on_sync else 'DaemonSet'] * 3 + ['*']),
             'resourceName': r.choice([SYNC if on_sync else 'virt-handler'] * 3 + ['*', 'Virt-Handler', 'virt-api']),
             'type': r.choice(['strategic', 'merge']), 'patch': json.dumps({'spec': {'template': template}})}
    if chance(r, 25):
        operations = [{'op': 'replace', 'path': '/spec/replicas', 'value': r.randint(1, 4)}] if on_sync else [
            {'op': 'add', 'path': '/spec/template/metadata/annotations', 'value': {'team': 'virt'}}]
        patch.update(type='json', patch=json.dumps(operations))
    return patch


NETWORKS = [None, '', 'mig', 'mig', 'mig', 'mig', NAMESPACE + '/mig', 'default/mig', 'absent', ' mig', 'mig,mig2',
            'mig@net1', 'Mig', 'a/b/mig']


def make_kubevirt(r):
    developer, configuration, spec = {}, {}, {}
    if chance(r, 75):
        developer['featureGates'] = r.sample(GATES, r.randint(0, 4))
    if chance(r, 25):
        developer['disabledFeatureGates'] = r.sample(GATES, r.randint(0, 3))
    if developer or chance(r, 50):
        configuration['developerConfiguration'] = developer
    network = r.choice(NETWORKS)
    if network is not None:
        configuration['migrations'] = {'network': network}
    elif chance(r, 50):
        configuration['migrations'] = {'parallelMigrationsPerCluster': 5}
    spec['configuration'] = configuration
    if chance(r, 70):
        spec['workloads'] = make_component(r)
    if chance(r, 60):
        spec['infra'] = make_component(r)
        if chance(r, 60):
            spec['infra']['replicas'] = r.choice([0, 1, 1, 2, 3, 3, 4, 5, 8])
    if chance(r, 25):
        customize = {}
        if chance(r, 70):
            customize['patches'] = [make_patch(r) for _ in range(r.randint(1, 2))]
        if chance(r, 40):
            customize['flags'] = {'handler': {'v': '5'}, 'api': {'v': '5'}}
        spec['customizeComponents'] = customize
    if chance(r, 30):
        spec['workloadUpdateStrategy'] = {'workloadUpdateMethods': ['LiveMigrate', 'Evict'], 'batchEvictionSize': 10}
    if chance(r, 20):
        spec['synchronizationPort'] = '9185'
    return {'apiVersion': 'kubevirt.io/v1', 'kind': 'KubeVirt', 'metadata': {'name': 'kubevirt', 'namespace': NAMESPACE},
            'spec': spec, 'status': {'observedKubeVirtVersion': 'v1.9.0'}}


def make_case(r):
    return {'kubevirt': make_kubevirt(r), 'nodes': [make_node(r, i) for i in range(r.randint(2, 7))],
            'labels': r.choice(['none', 'running', 'stale'])}


# --- KubeVirt's answer ---

def ask_oracle(oracle, questions):
    lines = ''.join(json.dumps(q) + '\n' for q in questions)
    out = subprocess.run([oracle], input=lines, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def expected(answer):
    """What Droveway should find: nodes with virt-handler, pods of the sync controller and their nodes, and the networks of both."""
    found = {w['name']: w for w in answer['workloads']}
    handler, sync = found['virt-handler'], found.get(SYNC)
    runs = sync is not None and len(sync['lasting']) > 0
    return {
        'handlers': set(handler['lasting']), 'now': set(handler['now']),
        'pods': sync['replicas'] if runs else 0, 'surge': sync['surge'] if runs else 0,
        'sync nodes': set(sync['lasting']) if runs and sync['replicas'] > 0 else set(),
        'attached': handler['attached'], 'unreadable': handler.get('unreadable', ''),
        'sync attached': sync['attached'] if sync else None, 'given': handler['networks'] is not None,
    }


# --- Droveway's answer ---

def make_nad(name, index, config, annotations=None, namespace=NAMESPACE):
    full = {'cniVersion': '0.3.1', 'name': name, 'ipam': {'type': 'whereabouts', 'range': f'172.16.{index}.0/24'}, **config}
    return {'apiVersion': 'k8s.cni.cncf.io/v1', 'kind': 'NetworkAttachmentDefinition',
            'metadata': {'name': name, 'namespace': namespace, 'annotations': annotations or {},
                         'labels': {'droveway.io/migration-network': 'true'}}, 'spec': {'config': json.dumps(full)}}


def make_state(case):
    """Adds two NADs for each node, one with a NIC and one with a device that only this node lacks. Droveway reports the NIC as
    missing if any pod of the network runs on the node, and the device if virt-handler does."""
    one = {'type': 'whereabouts', 'range': '192.168.99.0/24', 'range_start': '192.168.99.5', 'range_end': '192.168.99.5'}
    names = [node['metadata']['name'] for node in case['nodes']]
    objects = [case['kubevirt']]
    objects.append(make_nad('mig', 0, {'type': 'macvlan', 'master': 'eth1', 'ipam': one}))
    objects.append(make_nad('mig2', 0, {'type': 'macvlan', 'master': 'eth1'}))
    for i, name in enumerate(names):
        objects.append(make_nad(f'nic-{name}', 1 + i, {'type': 'macvlan', 'master': f'not-{name}'}))
        objects.append(make_nad(f'device-{name}', 101 + i, {'type': 'sriov'},
                                {'k8s.v1.cni.cncf.io/resourceName': f'example.com/not-{name}'}))
    for node in case['nodes']:
        name = node['metadata']['name']
        others = [f'not-{other}' for other in names if other != name]
        node = {**node, 'status': {'allocatable': {'cpu': '8', **{f'example.com/{other}': '4' for other in others}}}}
        nics = [{'name': nic, 'type': 'ethernet', 'state': 'up', 'mtu': 1500} for nic in ['eth0', 'eth1', *others]]
        objects += [node, {'apiVersion': 'nmstate.io/v1beta1', 'kind': 'NodeNetworkState', 'metadata': {'name': name},
                           'status': {'currentState': {'interfaces': nics}}}]
    return objects


NEEDED = re.compile(r'(\d+) (?:are|is) needed \((\d+) nodes? that runs? virt-handler'
                    r'(?:, (\d+) virt-synchronization-controllers?)?(?: and (\d+) more during updates)?\)')


def ask_droveway(droveway, case, folder):
    path = os.path.join(folder, 'state.json')
    with open(path, 'w', encoding='utf-8') as out:
        json.dump({'apiVersion': 'v1', 'kind': 'List', 'items': make_state(case)}, out)
    run = subprocess.run([droveway, 'audit', '-s', folder, '-o', 'json', '--fail-on', 'never'], capture_output=True, text=True,
                         check=True)
    answer = {'any': set(), 'handlers': set(), 'needed': None, 'network': [], 'customized': []}
    for f in json.loads(run.stdout)['findings']:
        name = f['name']
        if name.startswith('nic-') and f['rule'] == 'master-missing':
            answer['any'].add(name[len('nic-'):])
        elif name.startswith('device-') and 'no device of this resource' in f['message']:
            answer['handlers'].add(name[len('device-'):])
        elif name == 'mig' and f['rule'] == 'pool-too-small' and f['kind'] != 'KubeVirt':
            match = NEEDED.search(f['message'])
            answer['needed'] = [int(text or 0) for text in match.groups()] if match else None
        elif f['kind'] == 'KubeVirt' and f['rule'].startswith('network-'):
            answer['network'].append((f['rule'], f['message']))
        elif f['kind'] == 'KubeVirt' and f['rule'] == 'jsonpatch-network':
            answer['customized'].append(f['message'])
    return answer


# --- the comparison ---

def compare_placement(want, got):
    differences = []
    if got['handlers'] != want['handlers']:
        differences.append(('handlers', sorted(want['handlers']), sorted(got['handlers'])))
    if got['any'] != want['handlers'] | want['sync nodes']:
        differences.append(('any', sorted(want['handlers'] | want['sync nodes']), sorted(got['any'])))
    total = len(want['handlers']) + want['pods'] + want['surge']
    counts = [total, len(want['handlers']), want['pods'], want['surge']] if want['handlers'] and total > 1 else None
    if got['needed'] != counts:
        differences.append(('needed', counts, got['needed']))
    return differences


def compare_network(want, got):
    """Compares what Multus attaches with what Droveway reports about the network."""
    rules = [rule for rule, _ in got['network']]
    unfit = {re.search(r'NAD (\S+)', message).group(1) for rule, message in got['network'] if rule == 'network-unfit'}
    names = [text.split('@')[0] for text in want['attached']]
    good = want['attached'] == [names[0] + '@migration0'] if names else False
    if not want['given']:
        verdict = not rules
    elif want['unreadable'] or not good:
        verdict = bool(rules)
    elif names[0] != NAMESPACE + '/mig':
        verdict = bool(rules)
    else:
        verdict = unfit == set(names) or (got['needed'] is None and not unfit)
    return [] if verdict else [('network', want['attached'] or want['unreadable'], got['network'])]


# --- accepted differences, and their reasons ---

def labelled(case):
    return {n['metadata']['name'] for n in case['nodes'] if 'kubevirt.io/schedulable' in n['metadata']['labels']}


def control_plane(case):
    roles = ('node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master')
    return {n['metadata']['name'] for n in case['nodes'] if any(role in n['metadata']['labels'] for role in roles)}


def believe_label(case, fits):
    """If a placement fits nowhere, it was probably misread, or the state of the nodes is temporary."""
    return fits or labelled(case)


def believe_label_with_patches(case, fits):
    """Patches in customizeComponents may move the pods. Droveway reports them but does not apply them."""
    patches = case['kubevirt']['spec'].get('customizeComponents', {}).get('patches')
    return (fits & labelled(case) or fits) if patches else fits


def ask_control_planes_for_the_label(case, fits):
    """If other nodes have the label, a control-plane node without it has a taint, which a snapshot leaves out."""
    return fits - (control_plane(case) - labelled(case)) if fits & labelled(case) else fits


DEVIATIONS = [believe_label, believe_label_with_patches, ask_control_planes_for_the_label]


def deviation(case, want, got):
    """The one of DEVIATIONS that explains all differences in placement; None if there is none."""
    for deviate in DEVIATIONS:
        if not compare_placement({**want, 'handlers': deviate(case, want['handlers'])}, got):
            return deviate
    return None


def without_patches(case):
    spec = {key: value for key, value in case['kubevirt']['spec'].items() if key != 'customizeComponents'}
    return {**case, 'kubevirt': {**case['kubevirt'], 'spec': spec}}


def set_labels(r, case, want):
    """Sets the label that virt-handler sets on its nodes: on none, on those where it runs, or left over from another placement."""
    for node in case['nodes']:
        name = node['metadata']['name']
        if (case['labels'] == 'running' and name in want['now']) or (case['labels'] == 'stale' and chance(r, 50)):
            node['metadata']['labels']['kubevirt.io/schedulable'] = r.choice(['true', 'true', 'false'])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('oracle')
    parser.add_argument('droveway')
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument('--count', type=int, default=300)
    parser.add_argument('--keep', help='a folder for the state of each case that differs')
    options = parser.parse_args()
    print(f'seed {options.seed}, {options.count} KubeVirt objects')
    r = random.Random(options.seed)
    cases = [make_case(r) for _ in range(options.count)]
    answers = ask_oracle(options.oracle, cases + [without_patches(c) for c in cases])
    tally, failed = collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        for i, case in enumerate(cases):
            answer, unpatched = answers[i], expected(answers[len(cases) + i])
            if 'error' in answer:
                tally['virt-operator fails and changes nothing'] += 1
                continue
            want = expected(answer)
            set_labels(r, case, want)
            got = ask_droveway(options.droveway, case, folder)
            patched = want != unpatched
            # If patches change the pods, Droveway reports that, and counts the pods without the patches.
            seen = unpatched if patched else want
            differences = compare_network(seen, got)
            placed = compare_placement(seen, got)
            deviate = deviation(case, seen, got) if placed else None
            if deviate is None:
                differences += placed
            network = case['kubevirt']['spec']['configuration'].get('migrations', {}).get('network')
            if patched and network and not got['customized']:
                differences.append(('customized', 'a patch that changes which pods need an address', 'nothing'))
            failed += bool(differences)
            tally['same' if not differences and not placed else f'differ: {deviate.__name__}' if deviate else 'DIFFER'] += 1
            tally['(patches change the pods)'] += patched
            tally['(virt-operator refuses the object in an update)'] += 'refused' in answer
            for what, kubevirt, ours in differences:
                print(f'case {i} ({case["labels"]} labels): {what}: KubeVirt {kubevirt}, Droveway {ours}')
            if differences and options.keep:
                with open(os.path.join(options.keep, f'{i}.json'), 'w', encoding='utf-8') as out:
                    json.dump({'case': case, 'answer': answer}, out, indent=1)
    for deviate in DEVIATIONS:
        print(f'{deviate.__name__}: {deviate.__doc__}')
    for name, count in sorted(tally.items()):
        print(f'{count:6} {name}')
    print(f'{options.count - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
