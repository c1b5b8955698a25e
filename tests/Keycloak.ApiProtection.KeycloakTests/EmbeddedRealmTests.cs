using Keycloak.ApiProtection.KeycloakTests.Contract;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests;

/// <summary>The contract on the embedded realm: what it shows is what a real Keycloak shows.</summary>
public sealed class EmbeddedRealmTests(EmbeddedRealm realm) : RealmContract(realm), IClassFixture<EmbeddedRealm>;
