namespace Cairn.Providers.Azure.Tests;

public sealed class AzureAccountTests
{
    private const string Key = "c2VjcmV0LWtleQ==";

    [Fact]
    public void An_abfs_address_names_account_and_container()
    {
        var account = Resolve("abfss://data@acme.dfs.core.windows.net/a/b");

        (account.Name, account.Container, account.Endpoint.AbsoluteUri).ShouldBe(("acme", "data", "https://acme.blob.core.windows.net/"));
    }

    [Fact]
    public void An_abfs_address_of_another_cloud_keeps_its_suffix() =>
        Resolve("abfs://data@acme.dfs.core.chinacloudapi.cn/a").Endpoint.Host.ShouldBe("acme.blob.core.chinacloudapi.cn");

    [Theory]
    [InlineData("az://data/a")]
    [InlineData("abfs://data/a")]
    public void An_address_without_account_takes_that_of_option_or_environment(string address)
    {
        Resolve(address, new() { Account = "one" }).Endpoint.Host.ShouldBe("one.blob.core.windows.net");
        Resolve(address, new(), ("AZURE_STORAGE_ACCOUNT", "two")).Endpoint.Host.ShouldBe("two.blob.core.windows.net");
        Resolve(address, new() { Account = "one" }, ("AZURE_STORAGE_ACCOUNT", "two")).Name.ShouldBe("one");
    }

    [Fact]
    public void A_connection_string_brings_account_key_protocol_and_suffix()
    {
        var account = Resolve("az://data", new() { ConnectionString = $"DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={Key};EndpointSuffix=core.usgovcloudapi.net" });

        (account.Name, account.Key, account.Endpoint.AbsoluteUri).ShouldBe(("acme", Key, "https://acme.blob.core.usgovcloudapi.net/"));
    }

    [Fact]
    public void A_connection_string_of_a_signature_has_no_key()
    {
        var account = Resolve("az://data", new() { ConnectionString = "BlobEndpoint=https://acme.blob.core.windows.net;SharedAccessSignature=?sv=1&sig=abc" });

        (account.Key, account.Sas).ShouldBe((null, "sv=1&sig=abc"));
    }

    [Fact]
    public void The_emulators_short_form_is_known()
    {
        var account = Resolve("az://data", new() { ConnectionString = "UseDevelopmentStorage=true" });

        (account.Name, account.Endpoint.AbsoluteUri).ShouldBe(("devstoreaccount1", "http://127.0.0.1:10000/devstoreaccount1"));
        account.Key.ShouldNotBeNull();
    }

    [Fact]
    public void The_environments_connection_string_is_for_its_own_account_alone()
    {
        var variable = ("AZURE_STORAGE_CONNECTION_STRING", $"AccountName=acme;AccountKey={Key}");

        Resolve("az://data", new(), variable).Key.ShouldBe(Key);
        Resolve("abfss://data@acme.dfs.core.windows.net", new(), variable).Key.ShouldBe(Key);
        Resolve("abfss://data@other.dfs.core.windows.net", new(), variable).Key.ShouldBeNull();
    }

    [Fact]
    public void A_given_credential_silences_the_environments()
    {
        (string, string)[] variables = [("AZURE_STORAGE_CONNECTION_STRING", $"AccountName=acme;AccountKey={Key}"), ("AZURE_STORAGE_KEY", Key), ("AZURE_STORAGE_SAS_TOKEN", "sig=x")];

        var anonymous = Resolve("az://data", new() { Account = "acme", Anonymous = true }, variables);
        (anonymous.Key, anonymous.Sas).ShouldBe((null, null));
        var signed = Resolve("az://data", new() { Account = "acme", SasToken = "?sig=own" }, variables);
        (signed.Key, signed.Sas).ShouldBe((null, "sig=own"));
    }

    [Fact]
    public void The_environments_key_and_signature_are_used_where_nothing_is_given()
    {
        Resolve("az://data", new() { Account = "acme" }, ("AZURE_STORAGE_KEY", Key)).Key.ShouldBe(Key);
        Resolve("az://data", new() { Account = "acme" }, ("AZURE_STORAGE_SAS_TOKEN", "?sig=x")).Sas.ShouldBe("sig=x");
        Resolve("az://data", new(), ("AZURE_STORAGE_SERVICE_ENDPOINT", "https://acme.example/blob")).Endpoint.AbsoluteUri.ShouldBe("https://acme.example/blob");
    }

    [Theory]
    [InlineData("az://data@acme.dfs.core.windows.net/a")]
    [InlineData("abfs://data@acme/a")]
    [InlineData("abfs://@acme.dfs.core.windows.net/a")]
    [InlineData("az://data/a")]
    public void An_address_that_leads_nowhere_is_refused(string address) => Refused(address, new());

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        Refused("az://data", new() { Account = "acme", AccountKey = Key, SasToken = "sig=x" }).Message.ShouldContain("account-key and sas-token");
        Refused("az://data", new() { Account = "acme", ClientId = "id" });
        Refused("abfs://data@acme.dfs.core.windows.net", new() { Account = "other" });
        Refused("az://data", new() { Endpoint = "acme.blob.core.windows.net" });
        Refused("az://data", new() { Endpoint = "https://user:password@acme.blob.core.windows.net" }).Message.ShouldNotContain("password@");
    }

    [Theory]
    [InlineData("no setting at all")]
    [InlineData("AccountKey=canary-5b1d")]
    [InlineData("=canary-5b1d")]
    [InlineData("AccountName=a;AccountName=canary-5b1d")]
    [InlineData("AccountName=a;AccountKey=canary-5b1d")]
    public void A_wrong_connection_string_is_refused_and_not_shown(string text) =>
        Refused("az://data", new() { ConnectionString = text }).ToString().ShouldNotContain("canary-5b1d");

    [Theory]
    [InlineData("\"AccountName=a;AccountKey=canary-5b1d\"", "in quotes")]
    [InlineData("'AccountName=a;AccountKey=canary-5b1d'", "in quotes")]
    [InlineData("DefaultEndpointsProtocol=htps;AccountName=a;AccountKey=Y2FuYXJ5", "neither http nor https")]
    [InlineData("AccountName=a;AcountKey=canary-5b1d", "an unknown setting: 'AcountKey'")]
    [InlineData("BlobEndpoint=acme;AccountName=a;AccountKey=Y2FuYXJ5", "not an http or https URL: 'acme'")]
    [InlineData("AccountName=a b;AccountKey=Y2FuYXJ5", "not an http or https URL")]
    public void What_is_wrong_with_a_connection_string_is_said(string text, string reason)
    {
        var error = Refused("az://data", new() { ConnectionString = text });
        error.Reason.ShouldContain(reason);
        error.ToString().ShouldNotContain("canary-5b1d");
    }

    [Fact]
    public void A_blank_at_the_end_of_an_endpoint_is_named() =>
        Refused("az://data", new() { Account = "acme", Anonymous = true, Endpoint = "https://acme.blob.core.windows.net " }).Reason.ShouldContain("ends with a space");

    [Fact]
    public void An_endpoint_without_TLS_needs_a_credential_that_is_not_an_identity()
    {
        var options = new AzureOptions { Account = "acme", Endpoint = "http://127.0.0.1:10000/acme" };
        var error = Should.Throw<StoreException>(() => AzureClients.Make(StoreUri.Parse("az://data"), options, static _ => null));
        (error.Code, error.Advice).ShouldBe((StoreErrorCode.InvalidConfiguration, "Use an https endpoint, or set account-key, sas-token, connection-string or anonymous=yes."));
    }

    private static StoreException Refused(string address, AzureOptions options)
    {
        var error = Should.Throw<StoreException>(() => Resolve(address, options));
        error.Code.ShouldBe(StoreErrorCode.InvalidConfiguration);
        return error;
    }

    private static AzureAccount Resolve(string address, AzureOptions? options = null, params (string Name, string Value)[] environment) =>
        AzureAccount.Resolve(StoreUri.Parse(address), options ?? new(), name => environment.FirstOrDefault(v => v.Name == name).Value);
}
