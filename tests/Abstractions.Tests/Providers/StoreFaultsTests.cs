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
    public void A_file_that_does_not_exist_is_not_found_whatever_its_name()
    {
        var path = Path.Join(Path.GetTempPath(), "none, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null");
        StoreFaults.FromBaseLibrary(Should.Throw<FileNotFoundException>(() => File.OpenRead(path))).Code.ShouldBe(StoreErrorCode.NotFound);
    }
}
