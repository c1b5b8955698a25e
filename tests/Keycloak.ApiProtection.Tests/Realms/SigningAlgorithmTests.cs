using System.Text;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class SigningAlgorithmTests
{
    [Fact]
    public void Each_of_the_nine_algorithms_is_found_by_its_name()
    {
        Assert.Equal(
            ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"],
            SigningAlgorithm.All.Select(algorithm => algorithm.Name));
        Assert.All(SigningAlgorithm.All, algorithm =>
        {
            Assert.True(SigningAlgorithm.TryGet(Encoding.UTF8.GetBytes(algorithm.Name), out var found));
            Assert.Same(algorithm, found);
            Assert.True(SigningAlgorithm.TryGet(algorithm.Name, out found));
            Assert.Same(algorithm, found);
            Assert.Equal(algorithm.Name[2..], algorithm.Hash.Name![3..]);
        });
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    [InlineData("EdDSA")]
    [InlineData("Ed25519")]
    [InlineData("ES256K")]
    [InlineData("RS1")]
    [InlineData("RS256 ")]
    [InlineData("rs256")]
    [InlineData("Rs256")]
    [InlineData("RS255")]
    [InlineData("RS2560")]
    [InlineData("RSA-OAEP")]
    [InlineData("")]
    public void Other_names_are_not_algorithms(string name)
    {
        Assert.False(SigningAlgorithm.TryGet(Encoding.UTF8.GetBytes(name), out _));
        Assert.False(SigningAlgorithm.TryGet(name, out _));
    }

    [Fact]
    public void Each_ES_algorithm_has_exactly_one_curve_and_signature_length()
    {
        Assert.Equal(
            [("ES256", "P-256", 64), ("ES384", "P-384", 96), ("ES512", "P-521", 132)],
            SigningAlgorithm.All.Where(a => a.Family == SigningFamily.Ecdsa).Select(a => (a.Name, a.Curve!.Name, a.SignatureLength)));
    }
}
