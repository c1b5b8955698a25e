using System.Net;
using System.Net.Http.Headers;
using Keycloak.ApiProtection.PackageTests.Projects;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.PackageTests;

/// <summary>samples/Minimal is what a user copies: the program and the settings of README's quick start, built in the repository.</summary>
public sealed class MinimalSampleTests
{
    private static readonly string Folder = Repository.PathOf("samples/Minimal");

    [Fact]
    public void The_minimal_sample_is_the_program_of_the_readme_with_its_settings()
    {
        Assert.Equal(QuickStart.Readme.Block("csharp", "WebApplication.CreateBuilder"), Text("Program.cs"));
        Assert.Equal(QuickStart.Readme.Block("json", "auth-server-url"), Text("appsettings.json"));
    }

    [Fact]
    public async Task The_minimal_sample_starts_and_protects_its_orders()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var realm = await KeycloakRealm.StartAsync(
            new KeycloakRealmOptions { RealmExport = QuickStart.RealmJson }, cancellation);
        await using var api = await RunningApi.StartAsync(
            Folder,
            Path.Combine(Folder, "bin", Repository.Configuration, "net10.0", "Minimal.dll"),
            [new("Keycloak__auth-server-url", realm.BaseAddress.AbsoluteUri)],
            cancellation);
        using var client = new HttpClient { BaseAddress = api.Address };

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/", cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/orders", cancellation)).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", realm.Token("alice").For("orders-cli").Create());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/orders", cancellation)).StatusCode);
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(Folder, file));
}
