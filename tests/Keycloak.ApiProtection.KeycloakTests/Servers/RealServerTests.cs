using System.Net;
using Keycloak.ApiProtection.Testing.Servers;

namespace Keycloak.ApiProtection.KeycloakTests.Servers;

/// <summary>Tests of the real server in the package for tests.</summary>
public sealed class RealServerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_real_server_starts_with_a_realm_and_stops_when_it_is_disposed()
    {
        var cancellationToken = Cancelled;
        var distribution = KeycloakDistribution.Find(26, out var missing);
        Assert.SkipWhen(distribution is null, missing);
        await using var server = await KeycloakServer.StartAsync(distribution!, cancellationToken: cancellationToken);
        await server.Admin.ImportRealmAsync(await File.ReadAllTextAsync("Realms/realm-26.json", cancellationToken), cancellationToken);

        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        using var realm = await http.GetAsync("/realms/demo", cancellationToken);
        Assert.Equal(HttpStatusCode.OK, realm.StatusCode);
        Assert.True(Directory.Exists($"/proc/{server.ProcessId}") || !OperatingSystem.IsLinux());

        await server.DisposeAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/realms/demo", cancellationToken));
    }

    [Fact]
    public async Task The_error_of_a_server_that_cannot_start_contains_the_reason()
    {
        var distribution = KeycloakDistribution.Find(26, out var missing);
        Assert.SkipWhen(distribution is null, missing);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => KeycloakServer.StartAsync(
            distribution!, new KeycloakServerOptions { Arguments = { "--no-such-option=1" } }, Cancelled));

        Assert.Contains("--no-such-option", failure.Message, StringComparison.Ordinal);
    }
}
