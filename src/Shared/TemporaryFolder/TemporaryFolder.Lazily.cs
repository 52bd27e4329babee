namespace Cairn.Transfers;

internal sealed partial class TemporaryFolder
{
    /// <summary>A temporary folder that comes into being when it is first needed.</summary>
    internal sealed class Lazily : IDisposable
    {
        private readonly Lock _gate = new();
        private TemporaryFolder? _folder;
        private int _count;

        /// <summary>A full name of a file that is not there.</summary>
        public string NewFile() => FileFor("content");

        /// <summary>A full name, whose last part is the path's where the platform can hold it, in a folder of its own.</summary>
        public string FileFor(StorePath path)
        {
            lock (_gate)
            {
                _folder ??= new();
                var folder = Path.Join(_folder._folder.FullName, $"{_count++}");
                Directory.CreateDirectory(folder);
                return Path.Join(folder, PortableNames.Problem(path.Name) is null ? path.Name : "content");
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _folder?.Dispose();
                _folder = null;
            }
        }
    }
}
