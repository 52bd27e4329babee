namespace Cairn.Transfers;

internal sealed partial class TemporaryFolder
{
    /// <summary>A temporary folder that is created on first use.</summary>
    internal sealed class Lazily : IDisposable
    {
        private readonly Lock _gate = new();
        private TemporaryFolder? _folder;
        private int _count;

        /// <summary>Returns the full path of a file that does not exist.</summary>
        public string NewFile() => FileFor("content");

        /// <summary>Returns a full path in a new folder; it ends with the name of the path if the platform supports it.</summary>
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
