using Keycloak.ApiProtection.KeycloakTests.Contract;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests;

/// <summary>The contract on a real Keycloak 26; skipped where <c>KEYCLOAK_HOME</c> names none.</summary>
public sealed class Keycloak26Tests : RealmContract, IClassFixture<Keycloak26>
{
    public Keycloak26Tests(Keycloak26 realm)
        : base(realm) => Assert.SkipWhen(realm.Missing is not null, realm.Missing ?? "");
}
