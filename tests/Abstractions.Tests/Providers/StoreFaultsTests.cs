using System.Reflection;
using Cairn.Providers;

namespace Cairn.Tests;

public class StoreFaultsTests
{
    [Fact]
    public void An_assembly_that_cannot_be_loaded_is_not_a_file_that_does_not_exist()
    {
        var thrown = Should.Throw<FileNotFoundException>(() => Assembly.Load(new AssemblyName("Acme.Missing, Version=1.2.3.0, Culture=neutral, PublicKeyToken=null")));
        var fault = StoreFaults.FromBaseLibrary(thrown);
        fault.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        fault.Reason.ShouldBe("the assembly Acme.Missing 1.2.3.0 could not be loaded");
        fault.Advice.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void An_exception_of_the_base_library_gets_the_code_that_says_what_it_means()
    {
        (Exception Thrown, StoreErrorCode Code)[] all =
        [
            (new FileNotFoundException(), StoreErrorCode.NotFound), (new DirectoryNotFoundException(), StoreErrorCode.NotFound),
            (new PathTooLongException(), StoreErrorCode.PathConflict), (new UnauthorizedAccessException(), StoreErrorCode.PermissionDenied),
            (new NotSupportedException(), StoreErrorCode.Unsupported), (new TimeoutException(), StoreErrorCode.Unavailable),
            (new HttpRequestException(), StoreErrorCode.Unavailable), (new System.Net.Sockets.SocketException(), StoreErrorCode.Unavailable),
            (new EndOfStreamException(), StoreErrorCode.Unavailable), (new IOException("full"), StoreErrorCode.Unknown),
        ];
        foreach (var (thrown, code) in all)
            StoreFaults.FromBaseLibrary(thrown).Code.ShouldBe(code, thrown.GetType().Name);
        StoreFaults.FromBaseLibrary(new IOException("the disk is full.\nmore")).Reason.ShouldBe("IOException: the disk is full");
        var known = StoreFaults.FromBaseLibrary(new StoreException(new StoreFault(StoreErrorCode.Throttled, "slow") { RetryAfter = TimeSpan.FromSeconds(3), RequestId = "r", Advice = "Wait." }));
        (known.Code, known.Reason, known.IsTransient, known.RetryAfter, known.RequestId, known.Advice).ShouldBe((StoreErrorCode.Throttled, "slow", true, TimeSpan.FromSeconds(3), "r", "Wait."));
    }

    [Theory]
    [InlineData("lib, Culture=neutral")]
    [InlineData("lib, PublicKeyToken=null")]
    [InlineData("/lib, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null")]
    public void Only_a_whole_name_of_an_assembly_is_one(string name) => StoreFaults.FromBaseLibrary(new FileNotFoundException("x", name)).Code.ShouldBe(StoreErrorCode.NotFound);

    [Fact]
    public void An_assembly_that_does_not_load_is_a_configuration_error() =>
        StoreFaults.FromBaseLibrary(new FileLoadException("x", "lib, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null")).Reason.ShouldBe("the assembly lib 1.0.0.0 could not be loaded");

    [Fact]
    public void A_file_that_does_not_exist_is_not_found_whatever_its_name()
    {
        var path = Path.Join(Path.GetTempPath(), "none, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null");
        StoreFaults.FromBaseLibrary(Should.Throw<FileNotFoundException>(() => File.OpenRead(path))).Code.ShouldBe(StoreErrorCode.NotFound);
    }
}
