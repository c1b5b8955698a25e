using Keycloak.ApiProtection.KeycloakTests.Api;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Contract;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests;

/// <summary>The contract on a real Keycloak 24. Skipped if <c>KEYCLOAK_HOME</c> does not contain one.</summary>
public sealed class Keycloak24Tests(Keycloak24 keycloak) : KeycloakContract(keycloak), IClassFixture<Keycloak24>
{
    [Fact]
    public async Task Stored_events_are_not_read_because_this_server_filters_them_by_day_only()
    {
        await Realm.StoreEventsAsync(Cancellation);
        await using var api = await ListeningApi.StartAsync(
            Realm.BaseAddress,
            Cancellation,
            ("credentials:secret", DemoClient.OrdersApi.Secret),
            ("Events:PollInterval", "00:00:01"));

        await api.EventsAreNotReadAsync("version", Cancellation);
    }
}
