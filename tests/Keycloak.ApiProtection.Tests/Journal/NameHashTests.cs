using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Tests.Journal;

public sealed class NameHashTests
{
    private const string Issuer = "https://login.example.com/realms/demo";

    [Fact]
    public void Every_version_and_process_computes_the_same_shared_hash()
    {
        var expected = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("\0" + Issuer + "\0session-1")))[..32];

        Assert.Equal(expected, NameHash.Shared.Of(RevocationKind.Session, Issuer, "session-1").ToString());
    }

    [Fact]
    public void The_kinds_of_names_have_fixed_numbers_because_they_are_a_part_of_the_shared_hash()
    {
        Assert.Equal(
            [0, 1, 2, 3, 4],
            new[]
            {
                RevocationKind.Session, RevocationKind.User, RevocationKind.Client, RevocationKind.Realm, RevocationKind.Token,
            }.Select(kind => (int)kind));
    }

    [Fact]
    public void The_same_name_in_two_realms_has_two_shared_hashes()
    {
        Assert.NotEqual(
            NameHash.Shared.Of(RevocationKind.User, Issuer, "alice"),
            NameHash.Shared.Of(RevocationKind.User, "https://login.example.com/realms/acme", "alice"));
    }

    [Fact]
    public void The_same_name_of_two_kinds_has_two_shared_hashes()
    {
        Assert.NotEqual(
            NameHash.Shared.Of(RevocationKind.User, Issuer, "alice"), NameHash.Shared.Of(RevocationKind.Session, Issuer, "alice"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void No_name_has_no_hash(string? name)
    {
        Assert.True(NameHash.Shared.Of(RevocationKind.User, Issuer, name).IsEmpty);
        Assert.True(NameHash.Local.Of(RevocationKind.User, Issuer, name).IsEmpty);
    }

    [Fact]
    public void A_name_of_any_length_is_hashed()
    {
        var name = new string('a', 5_000);

        Assert.NotEqual(
            NameHash.Shared.Of(RevocationKind.User, Issuer, name), NameHash.Shared.Of(RevocationKind.User, Issuer, name + "a"));
    }

    [Fact]
    public void A_hash_is_read_as_it_was_written()
    {
        var hash = NameHash.Shared.Of(RevocationKind.User, Issuer, "alice");

        Assert.True(HashedName.TryParse(Encoding.ASCII.GetBytes(hash.ToString()), out var read));

        Assert.Equal(hash, read);
    }
}
