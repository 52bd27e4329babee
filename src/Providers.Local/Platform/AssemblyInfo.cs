// Without run-time marshalling, system calls are compiled ahead of time; with it, each needs a stub that is compiled at its first call.
[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]
