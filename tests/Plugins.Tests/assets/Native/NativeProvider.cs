using System.Globalization;
using System.Resources;
using System.Runtime.InteropServices;
using Cairn.Providers;

namespace Acme;

[StoreFlavor("native", "native", Description = "Asks a native library and a satellite assembly.")]
public sealed partial class NativeProvider : IStoreProvider
{
    private static readonly ResourceManager Words = new("Acme.Words", typeof(NativeProvider).Assembly);

    public ValueTask<StoreDriver> OpenAsync(StoreContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult<StoreDriver>(new SingleFileDriver(
            context.Root, () => $"{Marshal.PtrToStringUTF8(Version())} {Words.GetString("Hello", new CultureInfo("fr"))} {Words.GetString("Hello", CultureInfo.InvariantCulture)}"));

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_libversion")]
    private static extern nint Version();
}
