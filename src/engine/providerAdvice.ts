import type { ProviderChoice } from './providers.ts';

/** What decides which provider a person could get; `machineFacts` gathers it. */
export interface MachineFacts {
  readonly platform: string;
  readonly arch: string;
  /** The graphics card's name as NVIDIA's driver gives it, '' when only the driver shows; absent without a driver. */
  readonly nvidia?: string;
  /** The version of onnxruntime-node. */
  readonly runtimeVersion: string;
  /** The folder given with `--ort`. */
  readonly ortFolder?: string;
}

/**
 * The next steps towards a quicker provider, as sentences for `dgan doctor`; none when one is in use.
 * CUDA 12 and cuDNN 9 are what onnxruntime's GPU packages are built for
 * (https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html, "Requirements").
 */
export function providerAdvice(facts: MachineFacts, choice: ProviderChoice): readonly string[] {
  if (choice.chosen !== 'cpu') return [];
  switch (facts.platform) {
    case 'linux':
      return linuxAdvice(facts);
    case 'win32':
      return [
        'DirectML needs a graphics card with DirectX 12: install the newest driver of its maker, then run `dgan doctor` again.',
      ];
    case 'darwin':
      return facts.arch === 'arm64'
        ? ['CoreML and WebGPU come with macOS: update macOS, then run `dgan doctor` again.']
        : ['onnxruntime-node has no build for Macs with an Intel processor since version 1.24.'];
    default:
      return [`onnxruntime-node runs on Linux, Windows and macOS, not on ${facts.platform}.`];
  }
}

function linuxAdvice({ arch, nvidia, runtimeVersion, ortFolder }: MachineFacts): readonly string[] {
  if (arch !== 'x64') return [`onnxruntime-node for Linux ${arch} has only the CPU.`];
  if (nvidia === undefined) {
    return [
      "No NVIDIA driver was found (/proc/driver/nvidia). With an NVIDIA card, install NVIDIA's driver, version 525 or later.",
      "With another graphics card, WebGPU needs its Vulkan driver: on Debian and Ubuntu `apt-get install libvulkan1 mesa-vulkan-drivers`. Mesa's software renderer does not count.",
    ];
  }
  const card = nvidia === '' ? 'The NVIDIA card' : `The ${nvidia}`;
  const libraries =
    ortFolder === undefined
      ? [
          `Get ONNX Runtime's CUDA libraries, version ${runtimeVersion}: the NuGet package Microsoft.ML.OnnxRuntime.Gpu.Linux is a ZIP with libonnxruntime_providers_cuda.so and libonnxruntime_providers_shared.so in runtimes/linux-x64/native.`,
          'Give their folder with `--ort <folder>`.',
        ]
      : [
          `The libraries in ${ortFolder} must be of ONNX Runtime ${runtimeVersion} and find CUDA's: \`ldd ${ortFolder}/libonnxruntime_providers_cuda.so\` names those that are missing.`,
        ];
  return [
    `${card} can be used through CUDA 12 (any 12.x) with cuDNN 9 (any 9.x) and NVIDIA's driver 525 or later: on Debian and Ubuntu \`apt-get install cuda-toolkit-12 cudnn9-cuda-12\` from NVIDIA's repository. CUDA 11, CUDA 13 and cuDNN 8 don't fit.`,
    ...libraries,
  ];
}
