"""The GLSL programs: one lights a surface by two shadowed lamps and the sky, one draws shadows."""

SURFACE_VERTEX = """#version 330
in vec3 position; in vec3 normal; in vec3 color;
in vec4 material;  // u, v, layer, roughness
uniform mat4 camera; uniform mat4 model; uniform mat4 lamp_view[2];
out vec3 at; out vec3 facing; out vec3 tint; out vec4 surface; out vec4 lit_at[2];
void main() {
    vec4 world = model * vec4(position, 1.0);
    at = world.xyz;
    facing = mat3(model) * normal;
    tint = color;
    surface = material;
    for (int i = 0; i < 2; i++) lit_at[i] = lamp_view[i] * world;
    gl_Position = camera * world;
}
"""

SURFACE_FRAGMENT = """#version 330
in vec3 at; in vec3 facing; in vec3 tint; in vec4 surface; in vec4 lit_at[2];
uniform vec3 eye; uniform vec3 lamp_way[2]; uniform vec3 lamp_color[2];
uniform vec3 sky; uniform vec3 ground; uniform float exposure;
uniform sampler2DShadow shadow_0; uniform sampler2DShadow shadow_1; uniform sampler2DArray textures;
out vec4 pixel;

float reaches(sampler2DShadow shadow, vec4 place) {
    vec3 q = place.xyz / place.w * 0.5 + 0.5;
    if (q.z > 1.0 || q != clamp(q, 0.0, 1.0)) return 1.0;
    q.z -= 0.004;  // against a surface shadowing itself
    vec3 step = vec3(1.3 / 1024.0, 1.3 / 1024.0, 0.0);
    return 0.5 * (texture(shadow, q + step) + texture(shadow, q - step));
}

void main() {
    vec3 toward_eye = normalize(eye - at);
    vec3 n = normalize(facing);
    if (dot(n, toward_eye) < 0.0) n = -n;
    vec3 base = tint;
    if (surface.z >= 0.0) base *= texture(textures, surface.xyz).rgb * 1.2;
    float gloss = 1.0 - surface.w;
    float near_floor = 0.45 + 0.55 * smoothstep(0.0, 0.5, at.y + 0.15 * n.y + 0.12);
    vec3 light = (sky * (0.5 + 0.5 * n.y) + ground * (0.5 - 0.5 * n.y)) * near_floor;
    vec3 shine = sky * 0.35 * (0.02 + 0.3 * gloss * pow(1.0 - max(dot(n, toward_eye), 0.0), 4.0));
    float sharpness = exp2(1.0 + 9.0 * gloss);
    for (int i = 0; i < 2; i++) {
        float open = i == 0 ? reaches(shadow_0, lit_at[0]) : reaches(shadow_1, lit_at[1]);
        vec3 arriving = lamp_color[i] * max(dot(n, lamp_way[i]), 0.0) * open;
        light += arriving;
        vec3 halfway = normalize(lamp_way[i] + toward_eye);
        shine += arriving * pow(max(dot(n, halfway), 0.0), sharpness) * gloss * 0.6;
    }
    vec3 bright = (base * light + shine) * exposure;
    bright /= 1.0 + 0.12 * bright;
    pixel = vec4(pow(clamp(bright, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}
"""

SHADOW_VERTEX = """#version 330
in vec3 position;
uniform mat4 camera; uniform mat4 model;
void main() { gl_Position = camera * model * vec4(position, 1.0); }
"""

SHADOW_FRAGMENT = """#version 330
void main() {}
"""
