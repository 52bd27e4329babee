using System.Net;
using System.Net.Sockets;

namespace Cairn.TestServers.Fixtures;

/// <summary>
/// Sixty-one free ports of loopback for one server that starts: Ceph's daemons take some of those behind the first. Until the range is disposed, which is when
/// the server listens, no other program of the
/// run folder takes it: of two servers that start on one port, the second would be taken for the first.
/// </summary>
internal sealed class PortRange : IDisposable
{
    private const int Length = 61, Lowest = 20_000, Distance = 100, Count = 120;

    private readonly FileStream _claim;

    private PortRange(int first, FileStream claim) => (First, _claim) = (first, claim);

    /// <summary>The first port, below those that the system gives out.</summary>
    public int First { get; }

    /// <summary>Takes a range that is free; throws <see cref="ServerUnavailableException"/> where there is none.</summary>
    public static PortRange Take(string runFolder)
    {
        string folder = Directory.CreateDirectory(Path.Join(runFolder, "ports")).FullName;
        int start = Random.Shared.Next(Count);
        for (int i = 0; i < Count; i++)
        {
            int first = Lowest + (start + i) % Count * Distance;
            FileStream claim;
            try { claim = new FileStream(Path.Join(folder, $"{first}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
            catch (IOException) { continue; }
            if (Enumerable.Range(first, Length).All(IsFree)) return new PortRange(first, claim);
            claim.Dispose();
        }
        throw new ServerUnavailableException($"there is no range of free ports between {Lowest} and {Lowest + Count * Distance}");
    }

    public void Dispose() => _claim.Dispose();

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
